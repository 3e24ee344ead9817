"""The eight statuses of the pipeline, the reasons of a refusal, and which status may follow which."""

from enum import StrEnum

from app.words import N_, _


class Kind(StrEnum):
    __hash__ = str.__hash__  # the usual one is not C's, and every row is looked up by its kind and its status

    IDEA = "idea"
    DEFECT = "defect"

    @property
    def label(self) -> str:
        return _(KINDS[self])

    @property
    def plural(self) -> str:
        return _(MANY_OF_A_KIND[self])


class Status(StrEnum):
    """In the order of the pipeline."""

    __hash__ = str.__hash__

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    NEEDS_INFO = "needs_info"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    SHIPPED = "shipped"
    DECLINED = "declined"
    DUPLICATE = "duplicate"

    @property
    def is_open(self) -> bool:
        return self not in CLOSED

    @property
    def takes_target(self) -> bool:
        """Whether what stands here may be promised for a period that is still to come."""
        return self in PROMISED

    def label(self, kind: Kind = Kind.IDEA) -> str:
        return _(DEFECT_LABELS.get(self, LABELS[self]) if kind is Kind.DEFECT else LABELS[self])

    @property
    def promise(self) -> str:
        """What the status tells the reader."""
        return _(PROMISES[self])


KINDS = {Kind.IDEA: N_("Idea"), Kind.DEFECT: N_("Defect")}
MANY_OF_A_KIND = {Kind.IDEA: N_("Ideas"), Kind.DEFECT: N_("Defects")}
CLOSED = frozenset({Status.SHIPPED, Status.DECLINED, Status.DUPLICATE})
PROMISED = frozenset({Status.NEEDS_INFO, Status.PLANNED, Status.IN_PROGRESS})  # a question does not end a promise
LABELS = {
    Status.NEW: N_("New"),
    Status.ACKNOWLEDGED: N_("Acknowledged"),
    Status.NEEDS_INFO: N_("Needs information"),
    Status.PLANNED: N_("Planned"),
    Status.IN_PROGRESS: N_("In progress"),
    Status.SHIPPED: N_("Shipped"),
    Status.DECLINED: N_("Won’t do"),
    Status.DUPLICATE: N_("Duplicate"),
}
DEFECT_LABELS = {Status.SHIPPED: N_("Fixed"), Status.DECLINED: N_("Won’t fix")}
PROMISES = {
    Status.NEW: N_("Nobody has answered yet; the wait is shown and grows."),
    Status.ACKNOWLEDGED: N_("A named person has read it and said what they think. No promise to build it."),
    Status.NEEDS_INFO: N_("We asked the reporter for something, and said why it is needed and until when."),
    Status.PLANNED: N_("We intend to do it."),
    Status.IN_PROGRESS: N_("Somebody works on it now."),
    Status.SHIPPED: N_("It is out."),
    Status.DECLINED: N_("We decided not to, and say why. Votes and comments stay open."),
    Status.DUPLICATE: N_("It is the same as another item, whose votes include these voters."),
}


class Reason(StrEnum):
    """Why an item is declined, beside the explanation."""

    OUT_OF_SCOPE = "out_of_scope"
    AS_DESIGNED = "as_designed"
    CANNOT_REPRODUCE = "cannot_reproduce"
    NOT_FEASIBLE = "not_feasible"
    NOT_ENOUGH_DEMAND = "not_enough_demand"
    OBSOLETE = "obsolete"
    UNANSWERED_QUESTION = "unanswered_question"

    @property
    def label(self) -> str:
        return _(REASON_LABELS[self])


REASON_LABELS = {
    Reason.OUT_OF_SCOPE: N_("Out of scope"),
    Reason.AS_DESIGNED: N_("Works as designed"),
    Reason.CANNOT_REPRODUCE: N_("Cannot be reproduced"),
    Reason.NOT_FEASIBLE: N_("Not feasible"),
    Reason.NOT_ENOUGH_DEMAND: N_("Not enough demand"),
    Reason.OBSOLETE: N_("Obsolete"),
    Reason.UNANSWERED_QUESTION: N_("Our question stayed unanswered"),
}


def may_follow(earlier: Status) -> list[Status]:
    """The statuses that may follow this one: any for an open item, a fresh look for a closed one."""
    if not earlier.is_open:
        return [Status.ACKNOWLEDGED]
    return [status for status in Status if status not in {Status.NEW, earlier}]
