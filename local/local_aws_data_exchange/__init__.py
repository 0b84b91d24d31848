"""The types of AWS Data Exchange that CloudFormation has itself, on a local Data Exchange: a plug-in of local AWS."""

from __future__ import annotations

from collections.abc import Mapping

from local_aws.native_types import NativeType

from .data_set import DataSet
from .event_action import EventAction

ENDPOINT = "AWS_ENDPOINT_URL_DATAEXCHANGE"


def resource_types(endpoints: Mapping[str, str]) -> list[NativeType]:
    """None where no local Data Exchange runs."""
    endpoint = endpoints.get(ENDPOINT)
    return [DataSet(endpoint), EventAction(endpoint)] if endpoint else []
