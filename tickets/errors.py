"""What can stand in a verb’s way. The text is fit to be shown."""


class TicketError(Exception):
    """A verb was refused; nothing was changed."""


class TransitionNotAllowed(TicketError):
    """The ticket cannot move from where it is to where it was told to go."""


class TicketChanged(TicketError):
    """Somebody else changed the ticket between reading and writing."""


class UnseenMessages(TicketError):
    """Something was added to the thread that the writer has not seen."""


class KeyUsed(TicketError):
    """The page it was written on has sent something else before."""


class AlreadySent(TicketError):
    """It is too late to take a message back."""


class NotNow(TicketError):
    """The verb needs something that is missing: a topic, a reason, an outcome."""
