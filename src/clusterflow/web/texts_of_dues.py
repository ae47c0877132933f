"""The texts of the pages of dues, invoices and payments."""

from __future__ import annotations

from clusterflow.domain.text import Text

DUES: dict[str, Text] = {
    "dues": Text(es="Cuotas", en="Dues"),
    "dues_of": Text(es="Cuotas de {year}", en="Dues of {year}"),
    "dues_own": Text(
        es="Usted ve las cuotas de las organizaciones que representa.",
        en="You see the dues of the organisations that you represent.",
    ),
    "dues_scheme": Text(es="Esquema", en="Scheme"),
    "dues_no_scheme": Text(
        es="No hay un esquema de cuotas adoptado para este año, así que no se calcula ninguna factura.",
        en="No dues scheme is adopted for this year, so no invoice is computed.",
    ),
    "dues_adopt": Text(es="Adoptar un esquema", en="Adopt a scheme"),
    "invoiced": Text(es="Facturado", en="Invoiced"),
    "paid_sum": Text(es="Pagado", en="Paid"),
    "owed": Text(es="Por pagar", en="Owed"),
    "overdue_sum": Text(es="Vencido", en="Overdue"),
    "planned": Text(es="Por facturar", en="To be invoiced"),
    "by_size": Text(es="Por tamaño", en="By size"),
    "size_class": Text(es="Tamaño", en="Size"),
    "members_count": Text(es="Miembros", en="Members"),
    "whole": Text(es="Total", en="Total"),
    "other_years": Text(es="Vencido de otros años", en="Overdue from other years"),
    "invoices": Text(es="Facturas", en="Invoices"),
    "show_all": Text(es="Todas", en="All"),
    "show_owed": Text(es="Por pagar", en="Owed"),
    "show_overdue": Text(es="Vencidas", en="Overdue"),
    "show_planned": Text(es="Por emitir", en="To be issued"),
    "member": Text(es="Miembro", en="Member"),
    "invoice": Text(es="Factura", en="Invoice"),
    "invoice_and_payments": Text(es="La factura y sus pagos", en="The invoice and its payments"),
    "invoice_number": Text(es="Número", en="Number"),
    "issued_on": Text(es="Emisión", en="Issued"),
    "issued_from": Text(es="se emite desde el", en="issued from"),
    "due_on": Text(es="Vence", en="Due"),
    "amount": Text(es="Importe", en="Amount"),
    "invoice_state": Text(es="Estado", en="State"),
    "day_late": Text(es="{number} día de retraso", en="{number} day late"),
    "days_late": Text(es="{number} días de retraso", en="{number} days late"),
    "no_invoices": Text(es="No hay facturas con estas condiciones.", en="There are no invoices that fit."),
    "issue_invoices": Text(es="Emitir {number} facturas", en="Issue {number} invoices"),
    "issue_invoice": Text(es="Emitir {number} factura", en="Issue {number} invoice"),
    "issue_help": Text(
        es="Se emiten solas cada día; aquí puede emitirlas ahora. Los miembros reciben un aviso.",
        en="They are issued every day by themselves; here you can issue them now. The members get a notice.",
    ),
    "issued_done": Text(es="Facturas emitidas: {number}.", en="Invoices issued: {number}."),
    "dues_remarks": Text(es="Observaciones", en="Remarks"),
    "part_of": Text(es="plazo {number} de {all}", en="instalment {number} of {all}"),
    "issuer": Text(es="Emite", en="From"),
    "billed_to": Text(es="Para", en="To"),
    "tax_id": Text(es="Identificación fiscal", en="Tax id"),
    "concept": Text(es="Concepto", en="For"),
    "concept_dues": Text(es="Cuota de membresía {year}", en="Membership dues {year}"),
    "still_owed": Text(es="Saldo por pagar", en="Balance owed"),
    "paid_in_full": Text(es="Pagada", en="Paid in full"),
    "no_payments": Text(es="No hay pagos registrados.", en="No payments are recorded."),
    "paid_on": Text(es="Fecha", en="Date"),
    "reference": Text(es="Referencia", en="Reference"),
    "reference_help": Text(
        es="Por ejemplo el número de la transferencia. Puede quedar vacía.",
        en="For example the number of the transfer. It may be empty.",
    ),
    "payment_day": Text(es="Fecha del pago", en="Date of the payment"),
    "other_currency": Text(es="otra moneda, no se cuenta", en="another currency, not counted"),
    "no_tax_receipt": Text(
        es="Este documento no sustituye al comprobante fiscal.", en="This document does not replace a tax receipt."
    ),
    "print_help": Text(
        es="Para guardarla o enviarla como PDF, imprima esta página.",
        en="To keep or send it as a PDF, print this page.",
    ),
    "paid_meanwhile": Text(
        es="Otra persona registró un pago mientras tanto", en="Somebody else recorded a payment meanwhile"
    ),
    "paid_meanwhile_help": Text(
        es="No se guardó nada. Si el suyo es otro pago, guárdelo; si es el mismo, no hace falta.",
        en="Nothing was saved. If yours is another payment, save it; if it is the same one, there is no need to.",
    ),
    "save_payment": Text(es="Guardar el pago", en="Save the payment"),
    "dues_of_year": Text(es="Año", en="Year"),
    "correct_fact": Text(es="Corregir o retirar", en="Correct or withdraw"),
}
