"""A notification block, so that administrators' automations send mail by the same channels as everything else.

Prefect imports this wherever it looks for blocks (entry point ``prefect.collections``), so what sends is imported
when something is sent.
"""

from __future__ import annotations

import asyncio
import secrets

from prefect.blocks.abstract import NotificationBlock, NotificationError
from pydantic import Field, SecretStr


class ClusterflowNotification(NotificationBlock):
    """Send a message to one recipient by a channel of clusterflow."""

    _block_type_name = "clusterflow notification"
    _block_type_slug = "clusterflow-notification"
    _description = "Sends a message to one recipient by one of clusterflow's channels (CLUSTERFLOW_CHANNEL_NAME)."

    channel: str = Field(default="mail", description="the channel's name")
    to: str | None = Field(default=None, description="the recipient there; empty where the address says it")
    address: SecretStr | None = Field(
        default=None,
        description="the channel's Apprise address, where the Prefect server has none in its environment",
    )
    link: str = Field(default="", description="where more is to be read, for what is too long for the channel")

    async def notify(self, body: str, subject: str | None = None) -> None:
        """Send it, once.

        Raises:
            NotificationError: it was not taken; the text is the provider's answer, without secrets.
        """
        answer = await asyncio.to_thread(self._deliver, body, subject or "Prefect")
        if answer is not None:
            self.logger.error("%s", answer)
            raise NotificationError(answer)

    def _deliver(self, body: str, subject: str) -> str | None:
        """What went wrong; None where it was taken."""
        from clusterflow.notices.channels import channels_of  # noqa: PLC0415 - a third of a second for every client
        from clusterflow.notices.delivery import Message, deliver  # noqa: PLC0415
        from clusterflow.settings import Settings  # noqa: PLC0415

        settings = Settings()
        address = self.address or channels_of(settings).get(self.channel)
        if address is None:
            return f"there is no channel «{self.channel}» in this server's environment: give the block its address"
        message = Message(f"prefect:{secrets.token_hex(8)}", subject, body, self.link or settings.pages_url)
        answer = deliver(self.channel, address, self.to, message, settings.channel_plugins)
        return None if answer.delivered else answer.text
