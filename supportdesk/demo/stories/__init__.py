"""What customers of Kestrel & Pine write, and how it goes on."""

from supportdesk.demo.stories import (
    bikes,
    billing,
    delivery,
    gear,
    german,
    german_more,
    long_thread,
    private,
    today,
    trouble,
)

#: Told once each, at moments that are fixed to the moment of loading.
FIXED = (*today.STORIES, *long_thread.STORIES)
#: Told by many within a few days, with the share of all tickets that they make.
BURSTS = trouble.BURSTS
#: Told again and again, by their weight.
EVERYDAY = (
    *delivery.STORIES,
    *bikes.STORIES,
    *gear.STORIES,
    *billing.STORIES,
    *german.STORIES,
    *german_more.STORIES,
    *private.STORIES,
    *trouble.STORIES,
)
