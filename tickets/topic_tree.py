"""The topics as a tree, as the form walks down it. One query for all of it."""

from collections import defaultdict
from collections.abc import Sequence

from tickets.models import Queue, Topic, TopicField

#: Branches together, in the order in which customers see them.
AS_A_TREE = ("parent__position", "parent__name", "position", "name")


class TopicTree:
    """The active topics. A topic below an inactive one is out of reach."""

    def __init__(self) -> None:
        topics = list(Topic.objects.filter(is_active=True).select_related("queue"))
        self._by_id = {topic.pk: topic for topic in topics}
        self._by_key = {str(topic.pk): topic for topic in topics}
        self._children: dict[int | None, list[Topic]] = defaultdict(list)
        for topic in topics:
            self._children[topic.parent_id].append(topic)

    def children(self, topic: Topic | None) -> Sequence[Topic]:
        """What one can choose below ``topic``; below nothing, the roots."""
        return self._children[topic.pk if topic else None]

    def path_to(self, topic_id: str) -> list[Topic]:
        """Return the way from a root to the topic, or nothing if it cannot be reached."""
        path: list[Topic] = []
        topic = self._by_key.get(topic_id)
        while topic is not None and topic not in path:
            path.insert(0, topic)
            if topic.parent_id is None:
                return path
            topic = self._by_id.get(topic.parent_id)
        return []


def queue_for(path: Sequence[Topic]) -> Queue | None:
    """Return where a ticket about the last topic of ``path`` goes.

    A branch without a queue of its own uses its parent’s; a tree without any,
    the desk’s first queue. None on a desk that has no queue yet.
    """
    for topic in reversed(path):
        if topic.queue and topic.queue.is_active:
            return topic.queue
    return Queue.objects.active().select_related("team").first()


def fields_of(path: Sequence[Topic]) -> list[TopicField]:
    """Return what the form asks for these topics: the branch’s questions, then the leaf’s own.

    A question of the leaf replaces one of the branch with the same key.
    """
    place = {topic.pk: n for n, topic in enumerate(path)}
    fields = sorted(
        TopicField.objects.filter(topic__in=place), key=lambda field: place[field.topic_id]
    )
    return list({field.key: field for field in fields}.values())
