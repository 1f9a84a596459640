//! Editions of every kind, among them some that nobody published, and timelines under three of them.

use std::sync::{Arc, OnceLock};

use cert_lifecycle::model::{AccountId, Channel, Day, Offset, Site, Status, StatusSet};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, CarryOver, Ceilings, ClassSet, ConsumeAt, Consumption, DayCount, DecisiveAct,
    Edition, ExpiryInstant, Field, FreeLimit, HostingYears, LateHosting, Method, Permission,
    PlanRefundRule, RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule, RefundTrigger,
    RenewalResult, ReturnAnchor, ReturnDays, Review, RevocationLimit, Rulebook, RulebookParts,
    TargetSet, Trigger, Unused, UploadName,
};
use cert_lifecycle::testing::Laws;
use cert_lifecycle::testing::strategy::{Script, scripts};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Who acts.
pub fn owner() -> AccountId {
    AccountId::new("owner").unwrap()
}

/// Who has nothing here.
pub fn stranger() -> AccountId {
    AccountId::new("stranger").unwrap()
}

/// Sets a value in every clause of a kind.
macro_rules! set {
    ($parts:ident: $($field:ident = $value:expr;)*) => {
        $(for clause in &mut $parts.$field {
            clause.value.value = $value.clone();
        })*
    };
}

const PERMITTED: Permission = Permission::Allowed;
const REFUSED: Permission = Permission::Refused;

fn limit(anchor: Anchor, act: RefundAct, days: u16, method: Method) -> RefundLimit {
    RefundLimit {
        anchor,
        act,
        days,
        method,
    }
}

fn refund_clause(
    case: RefundCase,
    add_on: AddOn,
    limits: &[RefundLimit],
    review: Review,
) -> RefundClause {
    RefundClause {
        case,
        add_on,
        limits: limits.iter().copied().collect(),
        review,
    }
}

/// Nearly everything is sold and permitted.
fn generous(parts: &mut RulebookParts) {
    let live = [
        Status::Issued,
        Status::Hosted,
        Status::PendingExpiration,
        Status::Expired,
        Status::Revoked,
    ];
    let in_force = StatusSet::of(&live[..3]);
    let there = StatusSet::of(&live[..4]);
    let under_way = StatusSet::of(&[Status::DomainVerification, Status::Validating]);
    let ended = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
    let refund = RefundRule {
        clauses: [
            refund_clause(
                RefundCase::Unissued,
                AddOn::Any,
                &[limit(
                    Anchor::Payment,
                    RefundAct::Claim,
                    5,
                    Method::EndOfDay,
                )],
                Review::Instant,
            ),
            refund_clause(
                RefundCase::Unissued,
                AddOn::Any,
                &[limit(
                    Anchor::Payment,
                    RefundAct::Claim,
                    800,
                    Method::EndOfDay,
                )],
                Review::WorkingDays(3),
            ),
            refund_clause(
                RefundCase::Revoked,
                AddOn::Any,
                &[limit(
                    Anchor::Issuance,
                    RefundAct::Claim,
                    60,
                    Method::EndOfDay,
                )],
                Review::WorkingDays(3),
            ),
        ]
        .into_iter()
        .collect(),
    };
    set! { parts:
        hosting_years = HostingYears::up_to(4);
        hosting_trigger = Trigger { days: 30, strict: false };
        late_hosting = LateHosting::Unexpired;
        hosting_of_uploaded = PERMITTED;
        late_hosting_refund = PERMITTED;
        hosted_revocation = PERMITTED;
        closing = PERMITTED;
        merging = ClassSet { dv: true, ov: true, ev: true };
        free_limit = FreeLimit(None);
        free_revocation = PERMITTED;
        renewal = there;
        renewal_of_uploaded = there;
        renewal_result = RenewalResult::PendingApplication;
        carry_over = CarryOver { bought: true, uploaded: true };
        deletion = StatusSet::of(&live);
        deletion_of_uploaded = there;
        deletion_of_deployed = PERMITTED;
        download = there;
        download_of_uploaded = PERMITTED;
        deployment = in_force;
        targets = TargetSet::of("CDN SLB WAF");
        upload_name = UploadName { most_characters: 50, any_script: true };
        applying = ended;
        verified_first = ClassSet { dv: true, ov: false, ev: false };
        withdrawal = under_way;
        order_deletion = ended;
        order_cancellation = ended;
        revocation_limit = RevocationLimit::Unlimited;
        revocation_mail = ClassSet::NONE;
        refund = refund;
        refund_trigger = RefundTrigger::OnClaim;
        plan_refund = PlanRefundRule { days: None, method: Method::EndOfDay, unused: Unused::LedgerFull };
    }
    for clause in &mut parts.messages {
        clause.value.value.uploaded = true;
    }
}

/// Nearly everything is limited, and days are counted otherwise.
fn strict(parts: &mut RulebookParts) {
    generous(parts);
    let refund = RefundRule {
        clauses: [
            refund_clause(
                RefundCase::Unissued,
                AddOn::Without,
                &[limit(Anchor::Payment, RefundAct::Claim, 7, Method::Rolling)],
                Review::Instant,
            ),
            refund_clause(
                RefundCase::Revoked,
                AddOn::Any,
                &[
                    limit(
                        Anchor::Issuance,
                        RefundAct::RevocationRequested,
                        30,
                        Method::Rolling,
                    ),
                    limit(
                        Anchor::Payment,
                        RefundAct::RevocationCompleted,
                        60,
                        Method::Rolling,
                    ),
                ],
                Review::Instant,
            ),
        ]
        .into_iter()
        .collect(),
    };
    set! { parts:
        hosting_years = HostingYears { dv: 2, ov: 3, ev: 2 };
        hosting_trigger = Trigger { days: 30, strict: true };
        late_hosting = LateHosting::LastDays(30);
        hosting_of_uploaded = REFUSED;
        late_hosting_refund = REFUSED;
        hosted_revocation = REFUSED;
        closing = REFUSED;
        merging = ClassSet::OV_AND_EV;
        free_limit = FreeLimit(Some(3));
        free_revocation = REFUSED;
        renewal = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        renewal_of_uploaded = StatusSet::of(&[Status::PendingExpiration]);
        renewal_result = RenewalResult::Submitted;
        carry_over = CarryOver { bought: true, uploaded: false };
        deletion = StatusSet::of(&[Status::Revoked, Status::Expired]);
        deletion_of_uploaded = StatusSet::of(&[Status::Expired]);
        deletion_of_deployed = REFUSED;
        download = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        download_of_uploaded = REFUSED;
        deployment = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        targets = TargetSet::of("CDN");
        upload_name = UploadName { most_characters: 8, any_script: false };
        applying = StatusSet::of(&[Status::PendingApplication]);
        verified_first = ClassSet { dv: true, ov: true, ev: true };
        withdrawal = StatusSet::of(&[Status::DomainVerification]);
        order_deletion = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
        order_cancellation = StatusSet::EMPTY;
        revocation_limit = RevocationLimit::PerProduct;
        revocation_mail = ClassSet { dv: true, ov: true, ev: true };
        refund = refund;
        refund_trigger = RefundTrigger::OnRevocation;
        plan_refund = PlanRefundRule { days: Some(7), method: Method::Rolling, unused: Unused::NeverApplied };
        return_anchor = ReturnAnchor::Purchase;
        return_act = DecisiveAct::RevocationRequested;
        return_days = ReturnDays(28);
        return_method = Method::Rolling;
    }
    for clause in &mut parts.messages {
        clause.value.value.uploaded = false;
    }
    for clause in &mut parts.calendar {
        let calendar = &mut clause.value.value;
        calendar.offset = Offset::hours(-5);
        calendar.remaining = DayCount::Seconds;
        calendar.expiry = ExpiryInstant::AtLastSecond;
    }
}

/// Other values again, some of them between the two.
fn odd(parts: &mut RulebookParts) {
    generous(parts);
    let refund = RefundRule {
        clauses: [
            refund_clause(
                RefundCase::Unissued,
                AddOn::With,
                &[limit(
                    Anchor::Payment,
                    RefundAct::Claim,
                    28,
                    Method::EndOfDay,
                )],
                Review::WorkingDays(1),
            ),
            refund_clause(
                RefundCase::Revoked,
                AddOn::Any,
                &[limit(
                    Anchor::Issuance,
                    RefundAct::RevocationCompleted,
                    28,
                    Method::EndOfDay,
                )],
                Review::Instant,
            ),
        ]
        .into_iter()
        .collect(),
    };
    set! { parts:
        hosting_trigger = Trigger { days: 20, strict: true };
        late_hosting = LateHosting::MoreThan(60);
        late_hosting_refund = REFUSED;
        hosted_revocation = REFUSED;
        renewal = StatusSet::of(&[Status::Expired]);
        renewal_result = RenewalResult::Submitted;
        revocation_limit = RevocationLimit::PerAccount;
        revocation_mail = ClassSet::OV_AND_EV;
        order_deletion = StatusSet::EMPTY;
        consumption = Consumption {
            for_package: ConsumeAt::Submission,
            request: ConsumeAt::Submission,
            with_csr: ConsumeAt::Submission,
        };
        refund = refund;
        refund_trigger = RefundTrigger::OnRevocation;
        plan_refund = PlanRefundRule { days: Some(30), method: Method::EndOfDay, unused: Unused::LedgerFull };
        free_limit = FreeLimit(Some(1));
    }
}

/// Every edition that timelines are played under: the variants first, then the named points, then
/// points in between for both sites and every channel.
fn pool() -> &'static [Edition] {
    static POOL: OnceLock<Vec<Edition>> = OnceLock::new();
    POOL.get_or_init(|| {
        let day = |year| Day::new(year, 6, 1).unwrap().midnight(Offset::UTC);
        let variant = |change: fn(&mut RulebookParts)| {
            let mut parts = Rulebook::published().parts().clone();
            change(&mut parts);
            let book = Rulebook::new(parts).unwrap();
            book.as_of(day(2026), Site::Intl, Channel::Console).unwrap()
        };
        let mut all = vec![variant(generous), variant(strict), variant(odd)];
        let book = Rulebook::published();
        for point in book.points() {
            all.push(book.edition(point.key.as_str()).unwrap());
        }
        for year in 2019..=2027 {
            for site in Site::ALL {
                for channel in Channel::ALL {
                    all.extend(book.as_of(day(year), site, channel));
                }
            }
        }
        let mut known = Vec::new();
        all.retain(|edition| {
            let new = !known.contains(&edition.digest());
            known.push(edition.digest());
            new
        });
        all
    })
}

/// The generous, the strict and the odd variant.
pub fn variants() -> &'static [Edition] {
    &pool()[..3]
}

/// The published ceilings.
pub fn ceilings() -> &'static Ceilings {
    static BOOK: OnceLock<Rulebook> = OnceLock::new();
    BOOK.get_or_init(Rulebook::published).ceilings()
}

/// Some editions, each with a field of another or without.
fn picked(picks: &[(usize, Option<(Field, usize)>)]) -> Arc<Laws> {
    let all = picks
        .iter()
        .map(|(base, change)| match change {
            Some((field, donor)) => pool()[*base].with(*field, &pool()[*donor]),
            None => pool()[*base].clone(),
        })
        .collect();
    Arc::new(Laws::new(all, ceilings().clone()))
}

/// Three editions: variants, published ones, and either with a field of another.
pub fn laws() -> impl Strategy<Value = Arc<Laws>> {
    let count = pool().len();
    let base = prop_oneof![4 => Just(0), 3 => 0..3_usize, 3 => 0..count];
    let donor = prop_oneof![1 => 0..3_usize, 1 => 0..count];
    let change = prop_oneof![
        2 => Just(None),
        1 => (select(Field::ALL.to_vec()), donor).prop_map(Some),
    ];
    vec((base, change), 3).prop_map(|picks| picked(&picks))
}

/// Timelines of up to so many steps.
pub fn timelines(length: usize) -> impl Strategy<Value = Script> {
    let year = select(vec![2021, 2019, 2024, 2026]);
    let start = year.prop_map(|year| Day::new(year, 3, 1).unwrap());
    scripts(laws(), start, length)
}
