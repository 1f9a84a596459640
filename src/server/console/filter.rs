//! The filter of the certificates: by state, group and name.

use std::format;
use std::string::String;
use std::vec::Vec;

use maud::{Markup, html};

use crate::model::Status;
use crate::port::Stage;
use crate::view::group::{Group, Overview};
use crate::view::label::Language;
use crate::view::layout::Tab;

use super::asked::address;
use super::tabs::Section;
use super::text::{Text, Words};
use super::visit::Visit;

/// What is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Group(Group),
    Status(Status),
}

impl Wanted {
    /// None for a word of the filter that says nothing.
    pub(super) fn read(word: Option<&str>) -> Option<Self> {
        let Some(word) = word else {
            return Some(Self::All);
        };
        let mut groups = Group::ALL.iter().copied();
        if let Some(group) = groups.find(|group| group_word(*group) == word) {
            return Some(Self::Group(group));
        }
        let mut known = Status::ALL.into_iter();
        let status = known.find(|status| state_word(*status) == word);
        status.map(Self::Status)
    }

    /// Two states may be called the same; who chooses a name means both.
    pub(super) fn fits(self, status: Option<Status>, words: Words) -> bool {
        match (self, status) {
            (Self::All, _) => true,
            (_, None) => false,
            (Self::Group(group), Some(status)) => Group::of(status).group == group,
            (Self::Status(wanted), Some(status)) => words.status(wanted) == words.status(status),
        }
    }

    /// The stages in which the status can be: fewer rows are read. What is shown goes by the status.
    pub(super) fn stages(self) -> &'static [Stage] {
        match self {
            Self::All | Self::Group(_) => &[],
            Self::Status(status) => match status {
                Status::NotActivated => &[Stage::NotActivated],
                Status::DomainVerification => &[Stage::Verifying],
                Status::Issued
                | Status::Hosted
                | Status::PendingExpiration
                | Status::Expired
                | Status::RevocationToConfirm
                | Status::ValidatingRevocation => &[Stage::Live, Stage::Uploaded],
                Status::Revoked => &[Stage::Revoked],
                Status::PendingApplication
                | Status::Validating
                | Status::ValidationFailed
                | Status::RefundReview
                | Status::Refunded
                | Status::Closed
                | Status::Cancelled
                | Status::Merged
                | Status::Deleted => &[],
            },
        }
    }
}

/// States that no overview of the documents lists, and that rows have all the same.
const ENDS: [Status; 5] = [
    Status::RevocationToConfirm,
    Status::RefundReview,
    Status::Refunded,
    Status::Closed,
    Status::Cancelled,
];

/// A status as a value of the filter.
fn state_word(status: Status) -> String {
    status.word().to_lowercase().replace(' ', "-")
}

/// A group as one: Issued is a status and a group.
fn group_word(group: Group) -> String {
    format!("group-{}", group.word().to_lowercase())
}

/// What of the filter can't be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrong<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) status: Option<&'a str>,
}

impl Wrong<'_> {
    pub(super) const fn any(self) -> bool {
        self.name.is_some() || self.status.is_some()
    }
}

pub(super) fn filter(visit: &Visit<'_>, tab: Tab, wanted: Wanted, wrong: Wrong<'_>) -> Markup {
    let flat = Overview::Hosting.states();
    let grouped = Overview::Grouped.states();
    let mut states: Vec<Status> = Vec::new();
    for &status in flat.iter().chain(grouped).chain(&ENDS) {
        let said = visit.words.status(status);
        if states.iter().all(|own| visit.words.status(*own) != said) {
            states.push(status);
        }
    }
    let group_name = |group: Group| match visit.words.0 {
        Language::English => group.word(),
        Language::Chinese => group.chinese(),
    };
    let name = visit.asked.query("name").unwrap_or_default();
    html! {
        form method="get" action=(address(Section::Tab(tab).path(), &[]))
            role="search" aria-label=(visit.say(Text::FilterHeading)) {
            div.field {
                label for="status" { (visit.say(Text::FilterStatus)) }
                select #status name="status"
                    aria-invalid=[wrong.status.map(|_| "true")]
                    aria-describedby=[wrong.status.map(|_| "status-wrong")] {
                    option value="" { (visit.say(Text::AllStates)) }
                    optgroup label=(visit.say(Text::Groups)) {
                        @for &group in Group::ALL {
                            option value=(group_word(group)) selected[wanted == Wanted::Group(group)] {
                                (group_name(group))
                            }
                        }
                    }
                    optgroup label=(visit.say(Text::States)) {
                        @for status in states {
                            option value=(state_word(status)) selected[wanted == Wanted::Status(status)] {
                                (visit.words.status(status))
                            }
                        }
                    }
                }
                @if let Some(word) = wrong.status {
                    p.wrong #status-wrong { (visit.words.fill(Text::NotAStatus, &[&word])) }
                }
            }
            div.field {
                label for="name" { (visit.say(Text::DomainName)) }
                input #name type="text" name="name" value=(name) maxlength="253"
                    title=(visit.say(Text::NameHint)) autocomplete="off" spellcheck="false"
                    aria-invalid=[wrong.name.map(|_| "true")]
                    aria-describedby=[wrong.name.map(|_| "name-wrong")];
                @if let Some(text) = wrong.name {
                    p.wrong #name-wrong { (visit.words.fill(Text::NotAName, &[&text])) }
                }
            }
            div.acts {
                button type="submit" { (visit.say(Text::ApplyFilter)) }
                @if wanted != Wanted::All || !name.is_empty() || wrong.any() {
                    a href=(address(Section::Tab(tab).path(), &[])) { (visit.say(Text::ClearFilter)) }
                }
            }
        }
    }
}
