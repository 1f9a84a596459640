//! Fields of forms: each with its label, its hint, and what is wrong with it.

use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::Refusal;
use crate::service::ServiceError;

use super::frame::{Place, page};
use super::reply::Reply;
use super::text::Text;
use super::trouble::{Trouble, explained};
use super::visit::Visit;

/// What is wrong with what was entered, field by field; or why the rules do not take it.
#[derive(Clone, Debug, Default)]
pub(super) struct Mistakes {
    fields: Vec<(&'static str, String)>,
    refusal: Option<Box<Refusal>>,
}

impl Mistakes {
    pub(super) fn add(&mut self, field: &'static str, why: impl Into<String>) {
        self.fields.push((field, why.into()));
    }

    /// What was entered can be read, and is refused: the form is shown again with the reason, and with
    /// all that was entered.
    ///
    /// # Errors
    /// What is no refusal.
    pub(super) fn refused(error: ServiceError) -> Result<Self, Trouble> {
        let ServiceError::Refused(refusal) = error else {
            return Err(error.into());
        };
        Ok(Self {
            fields: Vec::new(),
            refusal: Some(refusal),
        })
    }

    /// The status of the page that shows the form.
    fn status(&self) -> StatusCode {
        if self.refusal.is_some() {
            StatusCode::CONFLICT
        } else if self.any() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    pub(super) const fn any(&self) -> bool {
        !self.fields.is_empty()
    }

    pub(super) fn of(&self, field: &str) -> Option<&str> {
        let mut all = self.fields.iter();
        let (_, why) = all.find(|(own, _)| *own == field)?;
        Some(why)
    }

    /// What stands above the form, if anything is wrong.
    pub(super) fn summary(&self, visit: &Visit<'_>) -> Markup {
        html! {
            @if let Some(refusal) = &self.refusal {
                div.note.bad role="alert" {
                    p { strong { (visit.say(Text::RefusedHeading)) } }
                    (explained(visit, refusal))
                }
            }
            @if self.any() {
                div.note.bad role="alert" {
                    p { (visit.say(Text::ErrorsHeading)) }
                    ul { @for (field, why) in &self.fields { li { a href={ "#" (field) } { (why) } } } }
                }
            }
        }
    }

    /// The page of the form.
    pub(super) fn page(&self, visit: &Visit<'_>, title: &str, main: &Markup) -> Reply {
        let page = page(visit, Place::Certificates, title, main);
        Reply::page(self.status(), page)
    }

    /// What stands below a field.
    pub(super) fn below(&self, field: &str) -> Markup {
        html! {
            @if let Some(why) = self.of(field) { p.wrong id=(id_of(field)) { (why) } }
        }
    }

    /// What describes a field: its hint, and what is wrong with it.
    pub(super) fn describe(&self, field: &str, has_hint: bool) -> Option<String> {
        match (has_hint, self.of(field).is_some()) {
            (false, false) => None,
            (true, false) => Some(hint_of(field)),
            (false, true) => Some(id_of(field)),
            (true, true) => Some(std::format!("{} {}", hint_of(field), id_of(field))),
        }
    }

    pub(super) fn invalid(&self, field: &str) -> Option<&'static str> {
        self.of(field).map(|_| "true")
    }
}

/// The end of a form: what sends it, and the way back.
pub(super) fn ending(visit: &Visit<'_>, sends: &str, back: &str) -> Markup {
    html! {
        div.acts {
            button.main type="submit" { (sends) }
            a.button href=(back) { (visit.say(Text::Cancel)) }
        }
    }
}

fn id_of(field: &str) -> String {
    std::format!("{field}-wrong")
}

fn hint_of(field: &str) -> String {
    std::format!("{field}-hint")
}

/// A field for a line of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) name: &'static str,
    pub(super) label: Text,
    pub(super) hint: Option<Text>,
    pub(super) value: &'a str,
    /// The `type` of the field.
    pub(super) kind: &'static str,
    pub(super) longest: u32,
}

impl<'a> Line<'a> {
    pub(super) const fn text(name: &'static str, label: Text, value: &'a str) -> Self {
        Self {
            name,
            label,
            hint: None,
            value,
            kind: "text",
            longest: 256,
        }
    }

    pub(super) const fn with_hint(mut self, hint: Text) -> Self {
        self.hint = Some(hint);
        self
    }

    /// For several names.
    pub(super) const fn longer(mut self) -> Self {
        self.longest = 8_192;
        self
    }

    pub(super) fn show(self, visit: &Visit<'_>, mistakes: &Mistakes) -> Markup {
        let name = self.name;
        html! {
            div.field {
                label for=(name) { (visit.say(self.label)) }
                input id=(name) type=(self.kind) name=(name) value=(self.value)
                    maxlength=(self.longest) autocomplete="off" spellcheck="false"
                    aria-invalid=[mistakes.invalid(name)]
                    aria-describedby=[mistakes.describe(name, self.hint.is_some())];
                @if let Some(hint) = self.hint { p.hint id=(hint_of(name)) { (visit.say(hint)) } }
                (mistakes.below(name))
            }
        }
    }
}
