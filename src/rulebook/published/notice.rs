//! Expiry told: the state, the messages, the console's page (3.1, 1.3; X-01).

use alloc::vec::Vec;

use arrayvec::ArrayVec;

use super::{BEGINNING, CN_CONSOLE, INTL_CONSOLE, S2_DAY, clause};
use crate::rulebook::schedule::{Dated, Scope};
use crate::rulebook::source::Sourced;
use crate::rulebook::value::{MessageRule, Module, ModuleSet, NoticeRule, ShownDays};

pub(super) fn notice() -> Vec<Dated<NoticeRule>> {
    let thirty = NoticeRule { within_days: 30 };
    let sixty = NoticeRule { within_days: 60 };
    Vec::from([
        // "One month" in the Chinese pages of 2019; the English page S1 gives no number.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(thirty, "RN19 RN19b NT19"),
        ),
        clause(
            "2019-05-21",
            Scope::ALL,
            Sourced::inferred(thirty, "RN19b NT19"),
        ),
        // five weeks of one site. S0 is undated; RN21a is the only dated page with its number.
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::stated(sixty, "S0 RN21a"),
        ),
        clause("2021-02-26", Scope::ALL, Sourced::stated(thirty, "RN21b")),
    ])
}

/// Apart from the state: S0 ties the two together, NT21 does not.
///
/// That an uploaded certificate is not announced, no page before NT24 says: where an earlier one is cited
/// for the days, the value as a whole is inferred.
pub(super) fn messages() -> Vec<Dated<MessageRule>> {
    let rule = |leads: &[u16]| MessageRule {
        leads: leads.iter().copied().take(4).collect::<ArrayVec<u16, 4>>(),
        uploaded: false,
    };
    Vec::from([
        // The console shows it; no page before NT19 speaks of messages.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::inferred(rule(&[]), "RN19 NT19"),
        ),
        // By site message, mail or SMS, if switched on.
        clause(
            "2019-08-26",
            Scope::ALL,
            Sourced::inferred(rule(&[30]), "NT19"),
        ),
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::inferred(rule(&[60]), "S0 RN21a NT24"),
        ),
        clause(
            "2021-02-26",
            INTL_CONSOLE,
            Sourced::inferred(rule(&[30]), "RN21b"),
        ),
        clause(
            "2021-06-03",
            Scope::CN,
            Sourced::inferred(rule(&[7]), "NT21 NT24"),
        ),
        // One by default. Whoever pays sets 30, 60 or 90 days and repeats.
        clause(
            "2024-04-16",
            Scope::ALL,
            Sourced::stated(rule(&[30]), "NT24"),
        ),
        clause(
            "2026-03-31",
            Scope::ALL,
            Sourced::stated(rule(&[30]), "NT26 NT24"),
        ),
    ])
}

pub(super) fn grace() -> Vec<Dated<ShownDays>> {
    Vec::from([
        // No older page names one.
        clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(ShownDays(None), "NT21"),
        ),
        clause(
            "2021-06-03",
            Scope::CN,
            Sourced::stated(ShownDays(Some(7)), "NT21"),
        ),
    ])
}

pub(super) fn modules() -> Vec<Dated<ModuleSet>> {
    let first = [
        Module::Purchase,
        Module::Status,
        Module::Upload,
        Module::Apply,
        Module::Deploy,
        Module::Download,
        Module::Revoke,
    ];
    let and = |more: &[Module]| {
        let all: Vec<Module> = first.iter().chain(more).copied().collect();
        ModuleSet::of(&all)
    };
    let (renew, hosting, tabs) = (Module::Renew, Module::Hosting, Module::Tabs);
    Vec::from([
        // the bullet "renew" entered S1 on 2019-05-22.
        clause(BEGINNING, Scope::CONSOLE, Sourced::inferred(and(&[]), "S1")),
        clause(
            "2019-05-21",
            CN_CONSOLE,
            Sourced::inferred(and(&[renew]), "RN19b"),
        ),
        clause(
            "2019-05-22",
            INTL_CONSOLE,
            Sourced::stated(and(&[renew]), "S1"),
        ),
        clause(
            "2020-09-15",
            CN_CONSOLE,
            Sourced::inferred(and(&[renew, hosting]), "HS20"),
        ),
        clause(
            "2021-01-22",
            INTL_CONSOLE,
            Sourced::stated(and(&[renew]), "S0"),
        ),
        clause(
            "2021-04-22",
            CN_CONSOLE,
            Sourced::inferred(and(&[renew, hosting, tabs]), "AP21b DL21b"),
        ),
        clause(
            "2021-05-20",
            INTL_CONSOLE,
            Sourced::inferred(and(&[renew, tabs]), "DL21b"),
        ),
        clause(
            S2_DAY,
            INTL_CONSOLE,
            Sourced::inferred(and(&[renew, hosting, tabs]), "S2"),
        ),
        // An interface for programs has no page.
        clause(
            BEGINNING,
            Scope::API,
            Sourced::declared(ModuleSet::default(), "S3"),
        ),
        clause(
            BEGINNING,
            Scope::API_V2,
            Sourced::declared(ModuleSet::default(), "SDK"),
        ),
    ])
}
