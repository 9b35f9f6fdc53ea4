"""Opens the shop: its desk, staff, teams, queues and topics as rows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from supportdesk.demo.company import DOMAIN, HOURS, QUEUES, STAFF, TEAMS, TOPICS, Branch
from supportdesk.models import Desk, Team, User
from tickets.models import Queue, Topic, TopicField


@dataclass
class Company:
    """The rows, by the keys of ``company``."""

    desk: Desk
    staff: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    asks: dict[str, list[TopicField]] = field(default_factory=dict)

    def lead(self, queue: Queue) -> User:
        team = next(team for team in self.teams.values() if team.pk == queue.team_id)
        assert team.lead is not None  # noqa: S101 -- every team of this company has one
        return team.lead

    def fit_for(self, queue: Queue, language: str) -> list[User]:
        """Who can work on it: of its team, and in the customer’s language. The lead does less."""
        team = next(key for key, team in self.teams.items() if team.pk == queue.team_id)
        able = [
            person
            for person in STAFF
            if person.team == team and (language == "en" or person.language == language)
        ]
        often = [person for person in able for _ in range(1 if person.leads else 3)]
        return [self.staff[person.key] for person in often]


def found(*, at: datetime) -> Company:
    """Open the shop."""
    opened = at - timedelta(days=400)
    desk = Desk.current()
    desk.name = "Kestrel & Pine"
    desk.sender_name = "Kestrel & Pine"
    desk.sender_address = f"hello@{DOMAIN}"
    desk.time_zone = "Europe/London"
    desk.hours = HOURS
    desk.is_demo = True
    desk.set_up_at = opened
    desk.save()
    company = Company(desk)
    company.teams = {key: Team.objects.create(name=name) for key, name in TEAMS.items()}
    for person in STAFF:
        user = User.objects.create_user(
            f"{person.key}@{DOMAIN}",
            name=person.name,
            role=person.role,
            language=person.language,
            time_zone=person.time_zone,
            signature="Customer care, Kestrel & Pine",
            is_demo=True,
            joined_at=opened,
        )
        company.staff[person.key] = user
        if person.team:
            team = company.teams[person.team]
            team.members.add(user)
            if person.leads:
                team.lead = user
                team.save()
    _open_queues(company)
    for position, branch in enumerate(TOPICS):
        _grow(company, branch, None, position)
    return company


def _open_queues(company: Company) -> None:
    for position, stream in enumerate(QUEUES):
        company.queues[stream.key] = Queue.objects.create(
            name=stream.name,
            team=company.teams[stream.team],
            address=f"{stream.address}@{DOMAIN}",
            first_reply_minutes=stream.first_reply,
            update_minutes=stream.update,
            is_private=stream.is_private,
            position=position,
        )


def _grow(
    company: Company, branch: Branch, parent: Topic | None, position: int, queue: str = ""
) -> None:
    topic = Topic.objects.create(
        parent=parent,
        name=branch.name,
        names={"de": branch.de},
        icon=branch.icon,
        queue=company.queues[branch.queue or queue],
        position=position,
    )
    company.topics[branch.key] = topic
    company.asks[branch.key] = TopicField.objects.bulk_create(
        TopicField(
            topic=topic,
            key=ask.key,
            kind=ask.kind,
            label=ask.label,
            labels={"de": ask.de},
            help=ask.help,
            choices=list(ask.choices),
            is_required=ask.is_required,
            shown_when_key=ask.when[0],
            shown_when_value=ask.when[1],
            position=place,
        )
        for place, ask in enumerate(branch.asks)
    )
    for place, twig in enumerate(branch.branches):
        _grow(company, twig, topic, place, branch.queue or queue)
