"""Writes a model as BPMN 2.0 with a layout, for other modellers and engines."""

from __future__ import annotations

from collections.abc import Callable

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.text import Language
from clusterflow.reports.bpmn_process import process_of
from clusterflow.reports.bpmn_shapes import TASK, Point, Process, Size
from clusterflow.reports.xml import Xml

NAMESPACES = {
    "xmlns": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
TARGET = "urn:clusterflow:models"
LANGUAGE = "javascript"
"""The language of the conditions, as engines name it. An engine that does not know it refuses the process."""
EXPRESSION_LANGUAGE = "https://tc39.es/ecma262/"
LABEL = Size(88, 28)


def bpmn(model: LifecycleModel, language: Language, write: Callable[[str], object], *, replay: bool = False) -> None:
    """Write the model as a document with one process; see ``reports/bpmn_process.py``.

    Args:
        replay: for programs that read a Petri net out of it, not for engines.
    """
    process, name = process_of(model, language, replay=replay), model.title.to(language)
    xml = Xml(write)
    about = {"id": f"definitions_{model.id}", "name": name, "targetNamespace": TARGET, "exporter": "clusterflow"}
    about["expressionLanguage"] = EXPRESSION_LANGUAGE
    with xml.inside("definitions", {**NAMESPACES, **about}):
        with xml.inside("process", {"id": model.id, "name": name, "isExecutable": "false" if replay else "true"}):
            xml.element("documentation", text=f"{model.about.to(language)}\n{model.source}")
            _process(xml, process)
        with (
            xml.inside("bpmndi:BPMNDiagram", {"id": "diagram"}),
            xml.inside("bpmndi:BPMNPlane", {"id": "plane", "bpmnElement": model.id}),
        ):
            _picture(xml, process)


def _process(xml: Xml, process: Process) -> None:
    for node in process.nodes:
        named = {"name": node.name} if node.name else {}
        default = {"default": f"flow_{node.default}"} if node.default else {}
        with xml.inside(node.tag, {"id": node.id, **named, **default}):
            if node.documentation:
                xml.element("documentation", text=node.documentation)
            for flow in process.flows:
                if flow.end == node.id:
                    xml.element("incoming", text=flow.id)
            for flow in process.flows:
                if flow.start == node.id:
                    xml.element("outgoing", text=flow.id)
            if node.terminates:
                xml.element("terminateEventDefinition", {"id": f"terminates_{node.id}"})
    for flow in process.flows:
        named = {"name": flow.name} if flow.name else {}
        attributes = {"id": flow.id, **named, "sourceRef": flow.start, "targetRef": flow.end}
        if flow.condition:
            with xml.inside("sequenceFlow", attributes):
                about = {"xsi:type": "tFormalExpression", "language": LANGUAGE}
                xml.element("conditionExpression", about, flow.condition)
        else:
            xml.element("sequenceFlow", attributes)


def _picture(xml: Xml, process: Process) -> None:
    for node in process.nodes:
        marked = {"isMarkerVisible": "true"} if node.tag == "exclusiveGateway" else {}
        with xml.inside("bpmndi:BPMNShape", {"id": f"shape_{node.id}", "bpmnElement": node.id, **marked}):
            xml.element("dc:Bounds", _bounds(node.at, node.size))
            if node.name and node.size != TASK:
                with xml.inside("bpmndi:BPMNLabel"):
                    xml.element("dc:Bounds", _bounds(Point(node.middle.x - LABEL.width / 2, node.bottom.y + 4), LABEL))
    for flow in process.flows:
        with xml.inside("bpmndi:BPMNEdge", {"id": f"edge_{flow.id}", "bpmnElement": flow.id}):
            for x, y in flow.points:
                xml.element("di:waypoint", {"x": f"{x:g}", "y": f"{y:g}"})


def _bounds(at: Point, size: Size) -> dict[str, object]:
    return {"x": f"{at.x:g}", "y": f"{at.y:g}", "width": f"{size.width:g}", "height": f"{size.height:g}"}
