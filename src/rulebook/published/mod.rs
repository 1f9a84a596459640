//! The published rules, as data: one file a subject.
//!
//! A clause is *stated* if its sources say its value outright, *inferred* if we read it out of them,
//! and *declared* if they are silent and it is our choice. That is about the value: where a document
//! has no date, or only a span, its clauses begin on a day of ours, and a comment says so. A clause
//! that is older than every document in hand begins with [`BEGINNING`].
//!
//! Chinese pages speak for the China site, English and international ones for the other; pages about
//! purchases and accounts for every channel of theirs, pages about what is done on the console for
//! that alone. A page that is known in one version only speaks for both sites.

mod application;
mod custody;
mod hosting;
mod keys;
mod notice;
mod points;
mod refund;
mod renewal;
mod revocation;
mod sources;
mod units;

use alloc::vec::Vec;

use crate::model::{Channel, Day, Site, Status, StatusSet, Timestamp};

use super::calendar::Calendar;
use super::ceilings::{Ceiling, Ceilings};
use super::edition::RulebookParts;
use super::schedule::{Dated, Scope};
use super::source::Sourced;

/// A day of a clause, written as in the documents. Tests read every one of them back.
pub(super) fn day(text: &str) -> Day {
    let mut fields = text
        .split('-')
        .filter_map(|field| field.parse::<u16>().ok());
    let mut next = || fields.next().unwrap_or_default();
    let (year, month, number) = (next(), next(), next());
    let narrow = |field: u16| u8::try_from(field).unwrap_or_default();
    Day::new(i32::from(year), narrow(month), narrow(number))
        .unwrap_or(Day::from_date(time::Date::MAX))
}

fn clause<T>(from: &str, scope: Scope, value: Sourced<T>) -> Dated<T> {
    Dated {
        from: day(from),
        scope,
        value,
    }
}

/// The first day of the vendor's documentation repository; a clause that is older than every
/// document in hand begins here.
const BEGINNING: &str = "2018-06-07";

/// The first day of the instance operations (V2): that of the oldest dated page about one of them,
/// `RefundInstance`. The docstrings (SDK) and the announcement (V2) of 2026 have no day.
const V2_BEGINNING: &str = "2026-01-31";

/// S2 is undated, of 2022 or 2023: its clauses begin on the first day of the two years.
const S2_DAY: &str = "2022-01-01";

/// The pages of the API of 2024 begin with June.
const A24_DAY: &str = "2024-06-01";

const CN_CONSOLE: Scope = Scope::only(Site::Cn, Channel::Console);
const INTL_CONSOLE: Scope = Scope::only(Site::Intl, Channel::Console);
const INTL_API: Scope = Scope::only(Site::Intl, Channel::Api);
const CN_API: Scope = Scope::only(Site::Cn, Channel::Api);

/// The states of a certificate in force. A hosted one is an issued one: where no page excludes it,
/// it is meant.
const IN_FORCE: [Status; 3] = [Status::Issued, Status::Hosted, Status::PendingExpiration];

/// The states of a certificate that is there, in force or not.
const THERE: StatusSet = StatusSet::of(&[
    Status::Issued,
    Status::Hosted,
    Status::PendingExpiration,
    Status::Expired,
]);

/// The parts of the published rulebook.
pub(super) fn parts() -> RulebookParts {
    RulebookParts {
        calendar: Vec::from([clause(
            BEGINNING,
            Scope::ALL,
            Sourced::declared(Calendar::default(), "C1 C2 C3 C4 C6 C7"),
        )]),
        notice: notice::notice(),
        consumption: units::consumption(),
        return_days: units::return_days(),
        return_method: units::return_method(),
        return_act: units::return_act(),
        return_anchor: units::return_anchor(),
        applying: application::applying(),
        verified_first: application::verified_first(),
        withdrawal: application::withdrawal(),
        order_deletion: application::order_deletion(),
        order_cancellation: application::order_cancellation(),
        revocation_limit: revocation::limit(),
        revocation_mail: revocation::mail(),
        dv_only: application::dv_only(),
        name_limit: application::name_limit(),
        file_for_wildcard: application::file_for_wildcard(),
        barred_names: application::barred_names(),
        csr: application::csr(),
        weak_keys: keys::weak(),
        smallest_factor: keys::smallest_factor(),
        rsa_exponent: keys::rsa_exponent(),
        common_name: application::common_name(),
        term: application::term(),
        closing: application::closing(),
        merging: application::merging(),
        free_limit: application::free_limit(),
        free_revocation: revocation::free(),
        hosting_years: hosting::years(),
        hosting_trigger: hosting::trigger(),
        late_hosting: hosting::late(),
        hosting_of_uploaded: hosting::of_uploaded(),
        late_hosting_refund: hosting::late_refund(),
        hosted_revocation: revocation::hosted(),
        renewal: renewal::renewal(),
        renewal_of_uploaded: renewal::of_uploaded(),
        renewal_of_several: renewal::of_several(),
        renewal_result: renewal::result(),
        carry_over: renewal::carry_over(),
        deletion: custody::deletion(),
        deletion_of_uploaded: custody::deletion_of_uploaded(),
        deletion_of_deployed: custody::deletion_of_deployed(),
        download: custody::download(),
        download_of_uploaded: custody::download_of_uploaded(),
        deployment: custody::deployment(),
        targets: custody::targets(),
        upload_name: custody::upload_name(),
        refund: refund::refund(),
        refund_trigger: refund::trigger(),
        plan_refund: refund::plan(),
        messages: notice::messages(),
        refund_button: refund::button(),
        refund_margin: refund::margin(),
        grace: notice::grace(),
        review_times: application::review_times(),
        revocation_times: revocation::times(),
        modules: notice::modules(),
        points: points::points(),
        ceilings: ceilings(),
        duties: super::published_duty::duties(),
        sources: sources::sources(),
    }
}

fn ceilings() -> Ceilings {
    let utc_midnight = |text: &str| day(text).midnight(crate::model::Offset::UTC);
    let entry = |from, max_days, advised_days, sources| {
        Sourced::stated(
            Ceiling {
                from,
                max_days,
                advised_days,
            },
            sources,
        )
    };
    let entries = Vec::from([
        entry(Timestamp::MIN, 825, 825, "VL20"),
        entry(utc_midnight("2020-09-01"), 398, 397, "BR VL20"),
        entry(utc_midnight("2026-03-15"), 200, 199, "BR"),
        entry(utc_midnight("2027-03-15"), 100, 99, "BR"),
        entry(utc_midnight("2029-03-15"), 47, 46, "BR"),
    ]);
    // A test checks that this table is complete; the fallback permits nothing.
    Ceilings::new(entries).unwrap_or_else(|_| Ceilings::closed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn no_day_of_a_clause_is_misspelt() {
        let (first, latest) = (day(BEGINNING), day("2029-12-31"));
        let parts = parts();
        let days = parts.citations().into_iter().map(|(_, from, _)| from);
        let days: Vec<Day> = days.chain(parts.points.iter().map(|p| p.day)).collect();
        assert!(days.iter().all(|day| (first..latest).contains(day)));
        assert_eq!(parts.points.len(), 16);
        assert_eq!(day("2021-02-26").to_string(), "2021-02-26");
    }

    #[test]
    fn the_ceilings_are_complete() {
        let ceilings = ceilings();
        assert_eq!(ceilings.entries().len(), 5);
        assert!(Ceilings::new(ceilings.entries().to_vec()).is_ok());
    }
}
