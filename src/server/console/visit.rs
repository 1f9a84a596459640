//! Who looks at a page, and what a page has at hand.

use std::string::{String, ToString};

use maud::{Markup, html};

use crate::lifecycle::{Case, Law};
use crate::model::{AccountId, Currency, Offset, Timestamp};
use crate::port::Loaded;
use crate::rulebook::ResolveError;
use crate::server::conduct::Conductor;
use crate::service::{Caller, Service};

use super::asked::Asked;
use super::session::{NoRandomness, Session, token};
use super::text::{Text, Words};
use super::trouble::Trouble;

/// A request of somebody who is signed in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit<'a> {
    pub(super) conductor: &'a Conductor,
    pub(super) asked: &'a Asked,
    pub(super) session: &'a Session,
    pub(super) words: Words,
    /// The offset of the calendar that the rules go by.
    pub(super) offset: Offset,
    pub(super) now: Timestamp,
}

/// The field of a form that names the session.
pub(super) const CSRF: &str = "csrf";
/// The field of a form under which it counts once.
pub(super) const KEY: &str = "key";

impl<'a> Visit<'a> {
    pub(super) fn new(
        conductor: &'a Conductor,
        asked: &'a Asked,
        session: &'a Session,
    ) -> Result<Self, ResolveError> {
        let now = conductor.now();
        let edition = conductor.service().rules().in_force(now)?;
        Ok(Self {
            conductor,
            asked,
            session,
            words: Words(asked.language()),
            offset: edition.calendar().value.offset,
            now,
        })
    }

    pub(super) fn service(&self) -> &'a Service {
        self.conductor.service()
    }

    pub(super) const fn account(&self) -> AccountId {
        self.session.account
    }

    pub(super) const fn say(&self, text: Text) -> &'static str {
        self.words.say(text)
    }

    /// What the rules say of a case that was read.
    pub(super) fn judged<T>(
        &self,
        loaded: &Loaded,
        ask: impl FnOnce(&Case<'_>, &Law<'_>) -> T,
    ) -> Result<T, ResolveError> {
        let rules = self.service().rules();
        let editions = rules.editions(loaded, self.now)?;
        let law = editions.law(rules.book());
        Ok(ask(&loaded.case(self.account()), &law))
    }

    /// The account, under the key of the form that was sent: sent twice, it counts once (L11).
    pub(super) fn caller(&self) -> Result<Caller, Trouble> {
        let key = self.asked.field(KEY).parse();
        let key = key.map_err(|_| Trouble::FormOver)?;
        Ok(Caller::once(self.account(), key))
    }

    /// What every form of a session carries.
    pub(super) fn csrf(&self) -> Markup {
        html! { input type="hidden" name=(CSRF) value=(self.session.csrf); }
    }

    /// The same, and a key under which the form counts once. A form that is shown again for a mistake
    /// keeps its key: nothing was done under it.
    pub(super) fn form(&self) -> Result<Markup, NoRandomness> {
        let key = match self.asked.field(KEY) {
            "" => token()?,
            kept => kept.to_string(),
        };
        Ok(html! {
            (self.csrf())
            input type="hidden" name=(KEY) value=(key);
        })
    }

    /// An instant to the minute, in the calendar's offset, which the foot of the page names.
    pub(super) fn time(&self, at: Timestamp) -> Markup {
        let exact = at.in_offset(self.offset).to_string();
        let shown = exact
            .get(..16)
            .map_or_else(|| exact.clone(), |text| text.replace('T', " "));
        html! { time datetime=(exact) { (shown) } }
    }
}

/// The key of a form of which a page has several.
pub(super) fn fresh_key() -> Result<Markup, NoRandomness> {
    let key = token()?;
    Ok(html! { input type="hidden" name=(KEY) value=(key); })
}

/// Minor units of a currency in its major ones.
pub(super) fn money(minor: u64) -> String {
    std::format!("{}.{:02}", minor / 100, minor % 100)
}

/// An amount with its currency.
pub(super) fn sum(minor: u64, currency: Currency) -> Markup {
    html! { (money(minor)) " " (currency) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_with_two_digits_behind_the_point() {
        assert_eq!([0, 5, 9_950].map(money), ["0.00", "0.05", "99.50"]);
    }
}
