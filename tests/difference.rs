//! No dead datum: every value of the rulebook decides something, or is listed as advice. And what
//! changes between two editions has an example.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::too_many_lines,
    missing_docs,
    reason = "tests stop on the first surprise, and this one prints what it counted"
)]

#[allow(unreachable_pub, reason = "every test file uses its part")]
#[path = "support/golden.rs"]
mod golden;
#[allow(unreachable_pub, dead_code, reason = "every test file uses its part")]
#[path = "support/observe.rs"]
mod observe;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use cert_lifecycle::lifecycle::difference::{ADVICE, Shown, advice, example};
use cert_lifecycle::lifecycle::{Law, Probe, diff, probes};
use cert_lifecycle::model::{Channel, Day, Site, Status, StatusSet, Target};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, BarredNames, CarryOver, ClassSet, ClauseVisitor, CommonNameRule, ConsumeAt,
    Dated, DayCount, DecisiveAct, Edition, EditionPoint, Field, FileForWildcard, FreeLimit,
    HostingYears, LateHosting, LeapDay, Method, Module, ModuleSet, NameLimit, Permission,
    RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule, RefundTrigger, RenewalResult,
    ReturnAnchor, Review, RevocationLimit, Rulebook, RulebookParts, Scope, ShownDays, TargetSet,
    Unused, WorkWeek,
};
use observe::{Memory, seen, text};

/// One clause of the rulebook.
#[derive(Debug)]
struct ClauseLine {
    field: Field,
    from: Day,
    scope: Scope,
    text: String,
}

struct Lister(Vec<ClauseLine>);

impl<T: Display> ClauseVisitor<T> for Lister {
    fn clauses(&mut self, field: Field, clauses: &[Dated<T>]) {
        self.0.extend(clauses.iter().map(|clause| ClauseLine {
            field,
            from: clause.from,
            scope: clause.scope,
            text: clause.value.value.to_string(),
        }));
    }
}

fn clauses(book: &Rulebook) -> Vec<ClauseLine> {
    let mut all = Lister(Vec::new());
    book.parts().visit(&mut all);
    all.0
}

/// Every edition that is in force on the first day of some clause, for every channel of every site,
/// by that day.
fn editions(book: &Rulebook) -> Vec<Edition> {
    let days: BTreeSet<_> = clauses(book).iter().map(|one| one.from).collect();
    let mut all = Vec::new();
    for day in days {
        for site in Site::ALL {
            for channel in Channel::ALL {
                let at = day.midnight(cert_lifecycle::model::Offset::hours(8));
                if let Ok(edition) = book.as_of(at, site, channel) {
                    all.push(edition);
                }
            }
        }
    }
    all
}

/// A rulebook in which every value is another one, for kinds of which the published one knows one
/// value only. It is a source of values, never lived in as a whole.
fn alternatives() -> Rulebook {
    let mut parts = Rulebook::published().parts().clone();
    change(&mut parts);
    Rulebook::new(parts).unwrap()
}

/// Sets every clause of a kind.
macro_rules! set {
    ($parts:ident: $($field:ident = $value:expr;)*) => {
        $(for clause in &mut $parts.$field {
            let old = clause.value.value.clone();
            clause.value.value = ($value)(old);
        })*
    };
}

fn other(permission: Permission) -> Permission {
    match permission {
        Permission::Allowed => Permission::Refused,
        Permission::Refused => Permission::Allowed,
    }
}

/// All of these states but those that were there.
fn rest(of: &'static [Status]) -> impl Fn(StatusSet) -> StatusSet {
    move |old| {
        let rest: StatusSet = of
            .iter()
            .copied()
            .filter(|one| !old.contains(*one))
            .collect();
        // A right is one window.
        let ends_and_begins = rest.contains(Status::Expired)
            && (rest.contains(Status::Issued) || rest.contains(Status::Hosted))
            && !rest.contains(Status::PendingExpiration);
        if ends_and_begins {
            rest.iter().filter(|one| *one != Status::Expired).collect()
        } else {
            rest
        }
    }
}

fn change(parts: &mut RulebookParts) {
    use Status::{
        Expired, Hosted, Issued, PendingApplication, PendingExpiration, Revoked, ValidationFailed,
    };
    let refund = RefundRule {
        clauses: [RefundCase::Unissued, RefundCase::Revoked]
            .into_iter()
            .map(|case| RefundClause {
                case,
                add_on: AddOn::Any,
                limits: std::iter::once(RefundLimit {
                    anchor: Anchor::Payment,
                    act: match case {
                        RefundCase::Unissued => RefundAct::Claim,
                        RefundCase::Revoked => RefundAct::RevocationCompleted,
                    },
                    days: 33,
                    method: Method::EndOfDay,
                })
                .collect(),
                review: Review::Instant,
            })
            .collect(),
    };
    let classes = |old: ClassSet| ClassSet {
        dv: !old.dv,
        ov: !old.ov,
        ev: !old.ev,
    };
    set! { parts:
        calendar = |mut old: cert_lifecycle::rulebook::Calendar| {
            old.remaining = DayCount::Seconds;
            old
        };
        return_days = |mut old: cert_lifecycle::rulebook::ReturnDays| { old.0 += 1; old };
        return_method = |old| match old {
            Method::EndOfDay => Method::Rolling,
            Method::Rolling => Method::EndOfDay,
        };
        return_act = |old| match old {
            DecisiveAct::RevocationRequested => DecisiveAct::RevocationCompleted,
            DecisiveAct::RevocationCompleted => DecisiveAct::RevocationRequested,
        };
        return_anchor = |old| match old {
            ReturnAnchor::Issuance => ReturnAnchor::Purchase,
            ReturnAnchor::Purchase => ReturnAnchor::Issuance,
        };
        notice = |mut old: cert_lifecycle::rulebook::NoticeRule| { old.within_days += 1; old };
        consumption = |mut old: cert_lifecycle::rulebook::Consumption| {
            old.for_package = ConsumeAt::Submission;
            old
        };
        applying = rest(&[PendingApplication, ValidationFailed]);
        verified_first = classes;
        withdrawal = rest(&[Status::DomainVerification, Status::Validating]);
        order_deletion = rest(&[PendingApplication, ValidationFailed]);
        order_cancellation = rest(&[PendingApplication, ValidationFailed]);
        revocation_limit = |old| match old {
            RevocationLimit::Unlimited => RevocationLimit::PerAccount,
            RevocationLimit::PerAccount | RevocationLimit::PerProduct => RevocationLimit::Unlimited,
        };
        revocation_mail = classes;
        dv_only = |mut old: cert_lifecycle::rulebook::OperationSet| {
            old.request = !old.request;
            old
        };
        name_limit = |old: NameLimit| NameLimit(old.0 + 1);
        file_for_wildcard = |old| match old {
            FileForWildcard::Proves => FileForWildcard::ProvesNot,
            FileForWildcard::ProvesNot => FileForWildcard::Proves,
        };
        barred_names = |old: BarredNames| {
            if old == BarredNames::default() {
                BarredNames::of("example", "com")
            } else {
                BarredNames::default()
            }
        };
        weak_keys = |mut old: cert_lifecycle::rulebook::WeakKeyRule| {
            old.fermat_rounds += 1;
            old
        };
        smallest_factor = |mut old: cert_lifecycle::rulebook::SmallestFactor| { old.0 += 1; old };
        rsa_exponent = |mut old: cert_lifecycle::rulebook::ExponentRule| { old.min += 2; old };
        csr = |mut old: cert_lifecycle::rulebook::CsrRule| { old.rsa_step_bits *= 2; old };
        common_name = |old| match old {
            CommonNameRule::AmongAltNames => CommonNameRule::Free,
            CommonNameRule::Free => CommonNameRule::AmongAltNames,
        };
        term = |mut old: cert_lifecycle::rulebook::TermRule| { old.days -= 1; old };
        closing = other;
        merging = classes;
        free_limit = |old: FreeLimit| FreeLimit(Some(old.0.map_or(7, |most| most + 1)));
        free_revocation = other;
        hosting_years = |old: HostingYears| HostingYears { ev: old.ev.max(1) + 1, ..old };
        hosting_trigger = |mut old: cert_lifecycle::rulebook::Trigger| {
            old.strict = !old.strict;
            old
        };
        late_hosting = |old| match old {
            LateHosting::Never => LateHosting::LastDays(45),
            LateHosting::LastDays(_) | LateHosting::MoreThan(_) | LateHosting::Unexpired => {
                LateHosting::Never
            }
        };
        hosting_of_uploaded = other;
        late_hosting_refund = other;
        hosted_revocation = other;
        renewal = rest(&[Issued, PendingExpiration, Expired]);
        renewal_of_uploaded = rest(&[Issued, PendingExpiration, Expired]);
        renewal_of_several = other;
        renewal_result = |old| match old {
            RenewalResult::PendingApplication => RenewalResult::Submitted,
            RenewalResult::Submitted => RenewalResult::PendingApplication,
        };
        carry_over = |old: CarryOver| CarryOver { bought: !old.bought, ..old };
        deletion = rest(&[Issued, Hosted, PendingExpiration, Expired, Revoked]);
        deletion_of_uploaded = rest(&[Issued, PendingExpiration, Expired]);
        deletion_of_deployed = other;
        download = rest(&[Issued, Hosted, PendingExpiration, Expired]);
        download_of_uploaded = other;
        deployment = rest(&[Issued, Hosted, PendingExpiration]);
        targets = |old: TargetSet| {
            let waf = Target::new("WAF").unwrap();
            if old.contains(waf) { TargetSet::of("CDN") } else { TargetSet::of("WAF CDN") }
        };
        upload_name = |mut old: cert_lifecycle::rulebook::UploadName| {
            old.any_script = !old.any_script;
            old
        };
        refund = |_| refund.clone();
        refund_trigger = |old| match old {
            RefundTrigger::OnClaim => RefundTrigger::OnRevocation,
            RefundTrigger::OnRevocation => RefundTrigger::OnClaim,
        };
        plan_refund = |mut old: cert_lifecycle::rulebook::PlanRefundRule| {
            old.unused = match old.unused {
                Unused::NeverApplied => Unused::LedgerFull,
                Unused::LedgerFull => Unused::NeverApplied,
            };
            old
        };
        messages = |mut old: cert_lifecycle::rulebook::MessageRule| {
            old.uploaded = !old.uploaded;
            if old.leads.is_empty() {
                old.leads.push(30);
            }
            old
        };
    }
    change_advice(parts);
}

/// What is advice altogether, or in a part.
fn change_advice(parts: &mut RulebookParts) {
    set! { parts:
        calendar = |mut old: cert_lifecycle::rulebook::Calendar| {
            old.work_week = WorkWeek([false; 7]);
            old
        };
        rsa_exponent = |mut old: cert_lifecycle::rulebook::ExponentRule| {
            old.advised_min += 2;
            old
        };
        refund = |mut old: RefundRule| {
            for clause in &mut old.clauses {
                if let Review::WorkingDays(days) = &mut clause.review {
                    *days += 1;
                }
            }
            old
        };
        plan_refund = |mut old: cert_lifecycle::rulebook::PlanRefundRule| {
            if old.days.is_none() {
                old.method = match old.method {
                    Method::EndOfDay => Method::Rolling,
                    Method::Rolling => Method::EndOfDay,
                };
            }
            old
        };
        messages = |mut old: cert_lifecycle::rulebook::MessageRule| {
            old.leads.pop();
            old.leads.push(1);
            old
        };
        refund_button = |old: ShownDays| ShownDays(Some(old.0.map_or(3, |days| days + 1)));
        refund_margin = |mut old: cert_lifecycle::rulebook::RefundMargin| {
            old.natural += 1;
            old
        };
        grace = |old: ShownDays| ShownDays(Some(old.0.map_or(3, |days| days + 1)));
        review_times = |mut old: cert_lifecycle::rulebook::ReviewTimes| { old.ov.most += 1; old };
        revocation_times = |mut old: cert_lifecycle::rulebook::ReviewTimes| { old.ov.most += 1; old };
        modules = |old: ModuleSet| {
            if old.contains(Module::Tabs) { ModuleSet::default() } else { ModuleSet::of(&[Module::Tabs]) }
        };
    }
}

fn scope(clause: &ClauseLine) -> String {
    let site = clause.scope.site.map_or("*", Site::word);
    let channel = clause.scope.channel.map_or("*", Channel::word);
    format!("{site}/{channel}")
}

fn is_v2(edition: &Edition) -> bool {
    edition.point().channel == Channel::ApiV2
}

/// Every clause, in the first edition of each channel in its scope, against every other value of its
/// kind: some probe answers differently, or it is advice.
#[test]
fn no_datum_is_dead() {
    let book = Rulebook::published();
    let every = editions(&book);
    let alternative = editions(&alternatives());
    let published = every.iter().map(|edition| (edition.clone(), true));
    let made_up = alternative.iter().map(|edition| (edition.clone(), false));
    let givers: Vec<_> = published.chain(made_up).collect();
    let mut memory = Memory::default();
    let (mut list, mut exchanged) = (String::new(), 0);
    let clauses = clauses(&book);
    for clause in &clauses {
        let field = clause.field;
        // The values of this kind, each with an edition that has it (made-up ones where nothing
        // that decides differs): of the orders' machine, and of
        // that of the instances of 2026, since none of the two reads the other's.
        let values = [false, true].map(|v2| {
            let mut values: BTreeMap<String, &Edition> = BTreeMap::new();
            for edition in every.iter().filter(|edition| is_v2(edition) == v2) {
                values.entry(text(edition, field)).or_insert(edition);
            }
            let first = values.values().next().copied();
            let nothing_decides = values
                .values()
                .skip(1)
                .all(|edition| first.is_some_and(|first| advice(field, first, edition).is_some()));
            if nothing_decides {
                for edition in alternative.iter().filter(|edition| is_v2(edition) == v2) {
                    values.entry(text(edition, field)).or_insert(edition);
                }
            }
            values
        });
        let mut met = 0;
        let mut shown: Option<(&'static str, String, Option<String>)> = None;
        let mut advised = None;
        for site in Site::ALL {
            for channel in Channel::ALL {
                let meets = |edition: &&Edition| {
                    let EditionPoint {
                        site: its,
                        channel: own,
                        ..
                    } = edition.point();
                    let line = edition.lines().into_iter().find(|one| one.field == field);
                    let line = line.unwrap();
                    (its, own) == (site, channel)
                        && line.cite.since == clause.from
                        && line.text == clause.text
                };
                if !clause.scope.covers(site, channel) {
                    continue;
                }
                let Some(base) = every.iter().find(meets) else {
                    continue;
                };
                met += 1;
                for (value, other) in &values[usize::from(is_v2(base))] {
                    if *value == clause.text {
                        continue;
                    }
                    exchanged += 1;
                    if let Some(advice) = advice(field, base, other) {
                        advised = Some(advice);
                        continue;
                    }
                    let seen = memory
                        .observe(base, field, other, &givers, &book)
                        .unwrap_or_else(|| {
                            panic!(
                                "{} from {} for {}: nothing happens in {} if it says \"{value}\"",
                                field.word(),
                                clause.from,
                                scope(clause),
                                base.key()
                            )
                        });
                    if shown.as_ref().is_none_or(|(.., given)| given.is_some()) {
                        shown = Some((seen.probe, seen.rule.clone(), seen.given.clone()));
                    }
                }
            }
        }
        let how = match (shown, advised) {
            (Some((probe, rule, None)), _) => format!("{rule}  {probe}"),
            (Some((probe, rule, Some(given))), _) => format!("{rule}  {probe} (given {given})"),
            (None, Some(advice)) => format!("advice: {}", advice.part),
            (None, None) => {
                // A clause that no edition ever has in force.
                assert_eq!(met, 0, "{clause:?} has no other value");
                "in force before every kind of value has a clause".to_owned()
            }
        };
        writeln!(
            list,
            "{}  {}  {}: {how}",
            field.word(),
            clause.from,
            scope(clause)
        )
        .unwrap();
    }
    println!(
        "{} clauses of {} kinds in {} editions, {exchanged} exchanges, {} probes",
        clauses.len(),
        Field::ALL.len(),
        every.len(),
        probes().count()
    );
    golden::compare("clauses_observed.txt", &list);
}

/// What is advice is observed by no probe.
#[test]
fn advice_decides_nothing() {
    let book = Rulebook::published();
    let mut parts = book.parts().clone();
    change_advice(&mut parts);
    let changed = Rulebook::new(parts).unwrap();
    let mut compared = BTreeSet::new();
    for edition in &editions(&book) {
        let EditionPoint {
            day, site, channel, ..
        } = edition.point();
        let at = day.midnight(cert_lifecycle::model::Offset::hours(8));
        let other = changed.as_of(at, site, channel).unwrap();
        if !compared.insert((edition.digest().to_string(), channel)) {
            continue;
        }
        let differing: Vec<_> = Field::ALL
            .iter()
            .filter(|field| text(edition, **field) != text(&other, **field))
            .collect();
        for field in &differing {
            assert!(
                advice(**field, edition, &other).is_some(),
                "{}",
                field.word()
            );
        }
        assert!(
            differing.len() >= ADVICE.len() - 2,
            "only what is empty stays as it is"
        );
        let laws = [edition, &other].map(|one| Law::single(one, book.ceilings()));
        let [ours, theirs] = &laws;
        for probe in probes() {
            if let Some(found) = probe.compare(ours, theirs) {
                panic!("{}: {found}", probe.name());
            }
        }
    }
}

/// What a year after 29 February is decides for whoever renews what ends on that day, as long as a
/// certificate may last a year (C7).
#[test]
fn a_leap_day_is_told_of() {
    let book = Rulebook::published();
    let mut parts = book.parts().clone();
    for clause in &mut parts.calendar {
        clause.value.value.leap_day = LeapDay::Forward;
    }
    let forward = Rulebook::new(parts).unwrap();
    let [back, forward] = [&book, &forward].map(|book| book.edition("2021-02-api").unwrap());
    let found = example(Field::Calendar, &back, &forward, book.ceilings()).unwrap();
    assert_eq!(found.probe, "a certificate is renewed");
    let printed = found.to_string();
    assert!(
        printed.contains("valid until 2025-02-28T12:00:00+08:00"),
        "{printed}"
    );
    assert!(
        printed.contains("valid until 2025-03-01T12:00:00+08:00"),
        "{printed}"
    );
}

/// Every named point against every other: what differs has an example, or is advice, or is left
/// nothing to decide by a value that is named.
#[test]
fn what_changes_between_two_editions_has_an_example() {
    let book = Rulebook::published();
    let editions: Vec<_> = book
        .points()
        .iter()
        .map(|point| book.edition(point.key.as_str()).unwrap())
        .collect();
    let published = crate::editions(&book);
    let givers: Vec<_> = published.into_iter().map(|one| (one, true)).collect();
    let mut memory = Memory::default();
    let (mut counts, mut others, mut idle) = ([0; 4], 0, BTreeMap::new());
    let mut refused = BTreeSet::new();
    for (place, first) in editions.iter().enumerate() {
        for second in &editions[place + 1..] {
            for difference in diff(first, second, book.ceilings()) {
                let texts = &difference.texts;
                assert_ne!(texts[0], texts[1]);
                assert!(!difference.sentence.contains(['{', '}']), "{difference}");
                // Nothing is told of orders where one side has none.
                let another = matches!(difference.shown, Shown::AnotherMachine);
                assert_eq!(another, is_v2(first) || is_v2(second), "{difference}");
                for form in ["revocation-", "ledger-full", "never-applied"] {
                    assert!(!difference.sentence.contains(form), "{difference}");
                }
                match &difference.shown {
                    Shown::InFirst(found) | Shown::InSecond(found) => {
                        seen(found, None);
                        if !found.decides() {
                            refused.insert(difference.field.word());
                        }
                        counts[usize::from(matches!(difference.shown, Shown::InSecond(_)))] += 1;
                    }
                    Shown::Advice(advice) => {
                        assert_eq!(advice.field, difference.field);
                        counts[2] += 1;
                    }
                    Shown::Dormant(needs) => {
                        *idle.entry(difference.field.word()).or_insert(0) += 1;
                        let shown = memory.observe(first, difference.field, second, &givers, &book);
                        assert!(
                            shown.is_some(),
                            "{} to {}: {difference}\n{needs:?}",
                            first.key(),
                            second.key()
                        );
                        counts[3] += 1;
                    }
                    Shown::AnotherMachine => others += 1,
                }
            }
        }
    }
    let [here, there, advice, dormant] = counts;
    println!(
        "{} editions: {here} examples in the first, {there} in the second, {advice} times advice, {dormant} with nothing to decide: {idle:?}, {others} of another machine",
        editions.len()
    );
    assert!(here > 0 && others > 0);
    assert_eq!(refused, BTreeSet::new());
}

/// Between two editions of the instances of 2026, no example is lived as orders are; values and sources
/// are told all the same.
#[test]
fn instances_of_2026_are_compared_by_their_values() {
    let book = Rulebook::published();
    let mut parts = book.parts().clone();
    for clause in &mut parts.notice {
        clause.value.value.within_days = 45;
    }
    let own = Rulebook::new(parts).unwrap();
    let [ours, theirs] = [&book, &own].map(|book| book.edition("2026-v2").unwrap());
    let all = diff(&ours, &theirs, book.ceilings());
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(
        (all[0].field, &all[0].shown),
        (Field::Notice, &Shown::AnotherMachine)
    );
    let printed = all[0].to_string();
    assert!(printed.contains("45 days remain"), "{printed}");
    assert!(
        printed.contains("\n  Another machine: values only, no example"),
        "{printed}"
    );
}

/// A report as it is read.
#[test]
fn a_report_of_what_changed() {
    let book = Rulebook::published();
    let [old, new] = ["2021-02-api", "2023-api"].map(|key| book.edition(key).unwrap());
    let report: Vec<_> = diff(&old, &new, book.ceilings())
        .iter()
        .map(ToString::to_string)
        .collect();
    golden::compare(
        "difference_2021_2023.txt",
        &format!("{}\n", report.join("\n\n")),
    );
}

/// The status is the one that the owner sees, not the stored one: an order that is refused for its
/// status as issued, by a rule that asks for issued ones, explains nothing.
#[test]
fn a_refused_status_is_the_one_that_is_seen() {
    let book = Rulebook::published();
    let [old, new] = ["2021-07-cn", "2026-03"].map(|key| book.edition(key).unwrap());
    let all = diff(&old, &new, book.ceilings());
    let one = all.iter().find(|one| one.field == Field::Deployment);
    let text = one.unwrap().to_string();
    assert!(
        text.ends_with("after:  refused: the order's status is Pending Expiration (R-52)"),
        "{text}"
    );
}

/// A probe is written for every kind of value that decides, and no two have a name.
#[test]
fn probes_cover_every_kind_of_value() {
    let names: BTreeSet<_> = probes().map(Probe::name).collect();
    assert_eq!(names.len(), probes().count());
    for field in Field::ALL {
        let written = probes().any(|probe| probe.about().contains(field));
        let advised = ADVICE.iter().any(|advice| advice.field == *field);
        assert!(written || advised, "{}", field.word());
    }
}
