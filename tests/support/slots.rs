//! Refusals worth reading about what is bought slot by slot, and answers that samples don't reach.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Case, Command, Refusal, Upload, decide};
use cert_lifecycle::model::{
    Currency, OrderId, Payment, Product, RevocationReason, SpkiDigest, Status, StatusSet, Target,
    Timestamp, ValidationClass,
};
use cert_lifecycle::rulebook::{
    Anchor, ClassSet, Edition, Field, FreeLimit, HostingYears, LateHosting, Method, Permission,
    PlanRefundRule, RefundAct, RefundCase, RefundTrigger, RenewalResult, Review, Rulebook,
    RulebookParts, TargetSet, Unused,
};

use super::console::{
    Console, PRICE, REVOKE, console, dv_first, hosting, limit, refunds, set, seven_days_of_2021,
    table_of_2020, variant, way,
};
use super::scenarios::Answer;
use super::scene::{at, csr_application, name, note, product};

const NOW: &str = "2022-03-01T09:00:00+08:00";

/// The last second of the certificates here: at +08:00 thirty days are left from 2022-05-02 on.
const NOT_AFTER: &str = "2022-06-01T12:00:00Z";

const OVER: &str = "2022-06-01T12:00:01Z";

const DUE: &str = "2022-05-02T00:00:00+08:00";

fn all_of_hosting(parts: &mut RulebookParts) {
    set(&mut parts.hosting_years, &HostingYears::up_to(3));
    set(&mut parts.late_hosting, &LateHosting::Unexpired);
    set(&mut parts.hosting_of_uploaded, &Permission::Allowed);
    set(&mut parts.merging, &ClassSet::OV_AND_EV);
    dv_first(parts);
}

/// Rulebooks of the console that differ in what they allow: refunds with a review and by claim, and
/// refunds by themselves and renewals at once.
pub fn consoles() -> [Rulebook; 2] {
    let by_claim = variant(|parts| {
        all_of_hosting(parts);
        set(&mut parts.refund, &table_of_2020());
        set(&mut parts.hosted_revocation, &Permission::Refused);
        // Reviewed from the first day on.
        let reviewed = way(RefundCase::Unissued, &[], Review::WorkingDays(15));
        set(&mut parts.refund, &refunds(&[reviewed]));
    });
    let by_itself = variant(|parts| {
        all_of_hosting(parts);
        let bound = limit(Anchor::Issuance, RefundAct::RevocationRequested, 30);
        let rule = refunds(&[
            way(RefundCase::Unissued, &[], Review::Instant),
            way(RefundCase::Revoked, &[bound], Review::Instant),
        ]);
        set(&mut parts.refund, &rule);
        set(&mut parts.refund_trigger, &RefundTrigger::OnRevocation);
        set(&mut parts.renewal_result, &RenewalResult::Submitted);
    });
    [by_claim, by_itself]
}

fn of(class: ValidationClass) -> Product {
    product(class, cert_lifecycle::model::NameKind::Single)
}

fn activate() -> Command {
    Command::Activate {
        order: OrderId::new(900).unwrap(),
    }
}

fn merging() -> Edition {
    console(all_of_hosting)
}

/// Two OV slots; in focus is the second, the first is the other one.
fn two<'a>(book: &'a Rulebook, edition: &'a Edition) -> Console<'a> {
    let mut stage = Console::of(book, edition, of(ValidationClass::Ov));
    stage.buy(1, at(NOW));
    stage.buy(1, at(NOW));
    let first = Console::slot(1).instance;
    stage.focus(2);
    stage.world.set_other(Some(first));
    stage
}

/// A chain, its first certificate issued and in focus.
fn chain<'a>(book: &'a Rulebook, edition: &'a Edition, years: u64) -> Console<'a> {
    let mut stage = Console::new(book, edition);
    stage.buy(years, at(NOW));
    stage.issue(at(NOW), at(NOT_AFTER));
    stage
}

/// Answers to a few lives that no sample leads through.
pub fn further_answers(book: &Rulebook) -> Vec<Answer> {
    let mut all = Vec::new();
    let mut tell = |stage: &mut Console<'_>, command: &Command, now: &str| {
        let events = stage.tell(command, at(now));
        all.push((command.kind(), Ok(events)));
    };
    let merging = merging();
    tell(&mut two(book, &merging), &Command::Merge, NOW);
    let edition = hosting();
    let mut years = Console::new(book, &edition);
    let three = Command::Buy(Arc::new(years.purchase(3, PRICE)));
    tell(&mut years, &three, NOW);
    let mut stage = chain(book, &edition, 2);
    stage.focus(2);
    tell(&mut stage.clone(), &activate(), DUE);
    tell(&mut stage.clone(), &Command::CancelOrder, NOW);
    let stricter = console(|parts| {
        for clause in &mut parts.csr {
            clause.value.value.p256 = false;
        }
    });
    stage.law.application = &stricter;
    tell(&mut stage, &activate(), DUE);
    let target = edition.targets().value.as_slice()[0];
    let mut stage = chain(book, &edition, 1);
    let deploy = Command::Deploy {
        target,
        domain: None,
    };
    tell(&mut stage, &deploy, NOW);
    tell(&mut stage, &Command::Undeploy { target }, NOW);
    let renew = stage.renewal(Some(PRICE));
    tell(&mut stage, &renew, NOT_AFTER);
    let mut plan = Console::new(book, &edition);
    plan.buy_plan(1, PRICE, at(NOW));
    tell(&mut plan, &Command::ClaimRefund, NOW);
    for book in consoles() {
        let edition = book.edition(super::console::CONSOLE).unwrap();
        let no = Command::RefuseRefund {
            reason: note("paid by another account"),
        };
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, at(NOW));
        let unclaimed = stage.clone();
        tell(&mut stage, &Command::ClaimRefund, NOW);
        if stage.status(at(NOW)) == Status::RefundReview {
            for end in [Command::CancelRefund, Command::GrantRefund, no] {
                tell(&mut stage.clone(), &end, NOW);
            }
        }
        let mut stage = unclaimed;
        stage.issue(at(NOW), at(NOT_AFTER));
        let by_ca = Command::RecordCaRevocation {
            reason: RevocationReason::KeyCompromise,
            at: at(NOW),
        };
        tell(&mut stage.clone(), &by_ca, NOW);
        stage.tell(&REVOKE, at(NOW));
        tell(
            &mut stage,
            &Command::CompleteRevocation { at: at(NOW) },
            NOW,
        );
    }
    all
}

/// One refusal for each thing that can be the matter.
pub fn refusals(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    of_purchases(book, tell);
    of_hosting(book, tell);
    of_claims(book, tell);
    of_merging(book, tell);
    of_custody(book, tell);
    of_renewal(book, tell);
    of_misuse(book, tell);
}

fn of_purchases(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let edition = hosting();
    let mut stage = Console::new(book, &edition);
    let four = Command::Buy(Arc::new(stage.purchase(4, PRICE)));
    tell("more years than are sold", stage.refused(&four, now));
    let mut unlinked = stage.purchase(2, PRICE);
    unlinked.chain = None;
    let unlinked = Command::Buy(Arc::new(unlinked));
    tell("two years without a chain", stage.refused(&unlinked, now));
    let one_free = console(|parts| set(&mut parts.free_limit, &FreeLimit(Some(1))));
    let mut free = Console::new(book, &one_free);
    free.product.free = true;
    free.buy(1, now);
    let another = Command::Buy(Arc::new(free.purchase(1, Payment::NONE)));
    tell("one free certificate too many", free.refused(&another, now));
    stage.buy(1, now);
    tell(
        "collecting before the application",
        stage.refused(&Command::Collect, now),
    );
    tell(
        "withdrawing before the application",
        stage.refused(&Command::Withdraw, now),
    );
    stage.review(now);
    let again = stage.application();
    tell("applying while the CA reviews", stage.refused(&again, now));
    let first_only = StatusSet::of(&[Status::PendingApplication]);
    let api = console(|parts| set(&mut parts.applying, &first_only));
    let mut failed = Console::new(book, &api);
    failed.buy(1, now);
    failed.review(now);
    let no = Command::Reject {
        reason: note("unknown company"),
    };
    failed.tell(&no, now);
    let again = failed.application();
    tell(
        "correcting a failed application where that is not done",
        failed.refused(&again, now),
    );
    let closing = console(|parts| set(&mut parts.closing, &Permission::Allowed));
    let mut closed = Console::new(book, &closing);
    closed.buy(1, now);
    closed.tell(&Command::Close, now);
    let apply = closed.application();
    tell("applying with what was closed", closed.refused(&apply, now));
    let open = console(|parts| set(&mut parts.closing, &Permission::Refused));
    let mut stage = Console::new(book, &open);
    stage.buy(1, now);
    tell(
        "closing where that is not done",
        stage.refused(&Command::Close, now),
    );
    let mut plan = Console::new(book, &closing);
    plan.buy_plan(1, PRICE, now);
    let draw = plan.drawing();
    plan.tell(&draw, now);
    tell(
        "closing a slot of a plan",
        plan.refused(&Command::Close, now),
    );
    let pending = StatusSet::of(&[Status::PendingApplication]);
    let cancelling = console(|parts| set(&mut parts.order_cancellation, &pending));
    let mut bought = Console::new(book, &cancelling);
    bought.buy(1, now);
    tell(
        "cancelling what was bought by itself",
        bought.refused(&Command::CancelOrder, now),
    );
    tell(
        "closing what is issued",
        chain(book, &closing, 1).refused(&Command::Close, now),
    );
}

fn of_hosting(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let (now, due) = (at(NOW), at(DUE));
    let edition = hosting();
    let mut stage = chain(book, &edition, 3);
    tell("revoking what is hosted", stage.refused(&REVOKE, now));
    tell("activating the first", stage.refused(&activate(), due));
    stage.focus(3);
    tell("activating out of order", stage.refused(&activate(), due));
    stage.focus(2);
    let apply = stage.application();
    tell(
        "applying for a member that waits",
        stage.refused(&apply, now),
    );
    tell(
        "activating before it is due",
        stage.refused(&activate(), now),
    );
    stage.tell(&activate(), due);
    stage.focus(3);
    tell(
        "activating behind one in application",
        stage.refused(&activate(), due),
    );
    tell(
        "cancelling a member while the one before is in process",
        stage.refused(&Command::CancelOrder, due),
    );
    stage.focus(1);
    tell("claiming after the chain moved on", {
        let mut moved = stage.clone();
        moved.revoke(due, due);
        moved.refused(&Command::ClaimRefund, due)
    });

    let more = console(|parts| set(&mut parts.late_hosting, &LateHosting::MoreThan(30)));
    let more = edition.with(Field::LateHosting, &more);
    let mut single = chain(book, &more, 1);
    let extension = single.extension(1);
    let further = extension.slots[0].instance;
    let late = Command::EnableHosting(Arc::new(extension));
    tell("hosting with thirty days left", single.refused(&late, due));
    let mut other = single.extension(1);
    other.product = of(ValidationClass::Ov);
    tell(
        "hosting with another specification",
        single.refused(&Command::EnableHosting(Arc::new(other)), now),
    );
    single.tell(&late, now);
    let twice = Command::EnableHosting(Arc::new(single.extension(1)));
    tell("hosting twice", single.refused(&twice, now));
    single.world.focus(further);
    tell(
        "claiming what hosting cost",
        single.refused(&Command::ClaimRefund, now),
    );

    let bought_only = console(|parts| set(&mut parts.hosting_of_uploaded, &Permission::Refused));
    let bought_only = edition.with(Field::HostingOfUploaded, &bought_only);
    for (title, edition, with) in [
        ("hosting what was uploaded", &bought_only, true),
        ("hosting with nothing to apply with", &edition, false),
    ] {
        let mut stage = Console::new(book, edition);
        let upload = stage.upload("mine", now, at(NOT_AFTER));
        stage.tell(&Command::Upload(Arc::new(upload)), now);
        let mut extension = stage.extension(1);
        if !with {
            extension.submission = None;
        }
        let enable = Command::EnableHosting(Arc::new(extension));
        tell(title, stage.refused(&enable, now));
    }
}

fn of_claims(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let claim = &Command::ClaimRefund;
    let edition = hosting();
    let with = |payment: Payment, free: bool| {
        let mut stage = Console::new(book, &edition);
        stage.product.free = free;
        let bought = stage.purchase(1, payment);
        stage.tell(&Command::Buy(Arc::new(bought)), now);
        stage
    };
    let voucher = Payment {
        voucher: 50_000,
        ..Payment::cash(0, Currency::CNY)
    };
    tell(
        "claiming vouchers",
        with(voucher, false).refused(claim, now),
    );
    tell(
        "claiming for a free certificate",
        with(PRICE, true).refused(claim, now),
    );
    let mut stage = with(PRICE, false);
    tell(
        "taking back what was not claimed",
        stage.refused(&Command::CancelRefund, now),
    );
    let later = at("2022-03-20T09:00:00+08:00");
    let mut claimed = stage.clone();
    claimed.tell(claim, later);
    tell("claiming twice", claimed.refused(claim, later));
    let apply = claimed.application();
    tell("applying during the review", claimed.refused(&apply, later));
    claimed.tell(&Command::GrantRefund, later);
    tell(
        "applying with what was paid back",
        claimed.refused(&apply, later),
    );
    let applying = stage.application();
    stage.tell(&applying, now);
    tell(
        "claiming while the application is under way",
        stage.refused(claim, now),
    );
    stage.prove(now);
    stage.approve(now, at(NOT_AFTER));
    tell("claiming what is valid", stage.refused(claim, now));
    tell("claiming what expired", stage.refused(claim, at(OVER)));
    let seven = console(|parts| set(&mut parts.refund, &seven_days_of_2021()));
    let mut stage = Console::new(book, &seven);
    stage.buy(1, now);
    tell(
        "claiming on the eighth day",
        stage.refused(claim, at("2022-03-09T00:00:00+08:00")),
    );
    let none = console(|parts| set(&mut parts.refund, &refunds(&[])));
    let mut stage = Console::new(book, &none);
    stage.buy(1, now);
    tell(
        "claiming where nothing is paid back",
        stage.refused(claim, now),
    );
    let late = edition.with(
        Field::Refund,
        &console(|parts| {
            let bound = limit(Anchor::Issuance, RefundAct::RevocationCompleted, 30);
            let rule = refunds(&[way(RefundCase::Revoked, &[bound], Review::Instant)]);
            set(&mut parts.refund, &rule);
        }),
    );
    let mut stage = chain(book, &late, 1);
    stage.revoke(now, at("2022-04-01T00:00:00+08:00"));
    tell(
        "claiming after a revocation that came too late",
        stage.refused(claim, at("2022-04-01T00:00:00+08:00")),
    );
    let thirty = PlanRefundRule {
        days: Some(30),
        method: Method::EndOfDay,
        unused: Unused::NeverApplied,
    };
    let thirty = console(|parts| set(&mut parts.plan_refund, &thirty));
    let mut plan = Console::new(book, &thirty);
    plan.buy_plan(1, PRICE, now);
    tell(
        "claiming a plan on day 31",
        plan.refused(claim, at("2022-04-01T00:00:00+08:00")),
    );
    let draw = plan.drawing();
    plan.tell(&draw, now);
    tell("claiming a plan that is used", plan.refused(claim, now));
    tell("a certificate of the plan as long as it is paid back", {
        let mut back = Console::new(book, &thirty);
        back.buy_plan(1, PRICE, now);
        back.tell(claim, now);
        let draw = back.drawing();
        back.refused(&draw, now)
    });
}

fn of_merging(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let edition = merging();
    let merge = &Command::Merge;
    let mut stage = two(book, &edition);
    stage.world.set_other(None);
    tell("merging with nothing", stage.refused(merge, now));
    let mut busy = two(book, &edition);
    busy.focus(1);
    let apply = busy.application();
    busy.tell(&apply, now);
    tell("merging what is applied for", busy.refused(merge, now));
    busy.focus(2);
    tell(
        "merging with one that is applied for",
        busy.refused(merge, now),
    );
    let mut plan = two(book, &edition);
    plan.buy_plan(1, PRICE, now);
    let draw = plan.drawing();
    plan.tell(&draw, now);
    tell("merging a slot of a plan", plan.refused(merge, now));
    let mut dv = Console::new(book, &edition);
    dv.buy(1, now);
    dv.buy(1, now);
    dv.world.set_other(Some(Console::slot(1).instance));
    tell("merging DV slots", dv.refused(merge, now));
    let paid = edition.with(
        Field::Refund,
        &console(|parts| set(&mut parts.refund, &table_of_2020())),
    );
    let mut merged = two(book, &paid);
    merged.tell(merge, now);
    tell(
        "claiming what was merged",
        merged.refused(&Command::ClaimRefund, now),
    );
}

fn of_custody(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let (now, over) = (at(NOW), at(OVER));
    let edition = console(|parts| {
        set(&mut parts.targets, &TargetSet::of("CDN SLB"));
        set(&mut parts.deletion_of_deployed, &Permission::Refused);
        let dl19a = StatusSet::of(&[Status::Expired, Status::Revoked]);
        set(&mut parts.deletion, &dl19a);
        set(&mut parts.download_of_uploaded, &Permission::Refused);
        let valid = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
        set(&mut parts.download, &valid);
        set(&mut parts.deployment, &valid);
    });
    let mut stage = Console::new(book, &edition);
    let upload = stage.upload("web-2022", now, at(NOT_AFTER));
    let mine = Command::Upload(Arc::new(upload.clone()));
    stage.tell(&mine, now);
    let named = |stage: &mut Console<'_>, called: &str| {
        Command::Upload(Arc::new(stage.upload(called, now, at(NOT_AFTER))))
    };
    let twice = named(&mut stage, "web-2022");
    tell(
        "an upload under a name that is taken",
        stage.refused(&twice, now),
    );
    let form = named(&mut stage, "web 2022");
    tell(
        "an upload under a name with a blank",
        stage.refused(&form, now),
    );
    let misfit = Upload {
        key: SpkiDigest::of(b"elsewhere"),
        ..stage.upload("misfit", now, at(NOT_AFTER))
    };
    tell(
        "an upload with the key of another certificate",
        stage.refused(&Command::Upload(Arc::new(misfit)), now),
    );
    for (title, command) in [
        ("withdrawing what was uploaded", Command::Withdraw),
        ("revoking what was uploaded", REVOKE),
        ("downloading what was uploaded", Command::Collect),
        ("cancelling what was uploaded", Command::CancelOrder),
    ] {
        tell(title, stage.refused(&command, now));
    }
    let apply = stage.application();
    tell("applying for what was uploaded", stage.refused(&apply, now));

    let cdn = Target::new("CDN").unwrap();
    let to = |target: &str, domain: Option<&str>| Command::Deploy {
        target: Target::new(target).unwrap(),
        domain: domain.map(name),
    };
    let mut stage = Console::new(book, &edition);
    stage.buy(1, now);
    tell("deploying a slot", stage.refused(&to("CDN", None), now));
    tell(
        "deleting the certificate of a slot",
        stage.refused(&Command::DeleteCertificate, now),
    );
    stage.issue(now, at(NOT_AFTER));
    tell(
        "deploying to a product outside the list",
        stage.refused(&to("WAF", None), now),
    );
    tell(
        "deploying for a domain outside the certificate",
        stage.refused(&to("CDN", Some("else.example.com")), now),
    );
    tell(
        "deploying what expired",
        stage.refused(&to("CDN", None), over),
    );
    tell(
        "taking off what is not deployed",
        stage.refused(&Command::Undeploy { target: cdn }, now),
    );
    tell(
        "downloading what expired",
        stage.refused(&Command::Collect, over),
    );
    tell(
        "deleting what is valid",
        stage.refused(&Command::DeleteCertificate, now),
    );
    stage.tell(&to("CDN", None), now);
    tell(
        "deleting what is deployed",
        stage.refused(&Command::DeleteCertificate, over),
    );
    stage.tell(&REVOKE, now);
    tell(
        "deploying while the revocation is under way",
        stage.refused(&to("SLB", None), now),
    );
    tell(
        "deleting the certificate while its revocation is under way",
        stage.refused(&Command::DeleteCertificate, now),
    );
    let mut own = Console::new(book, &edition);
    own.buy(1, now);
    let apply = own.application_with(csr_application("own key"));
    own.tell(&apply, now);
    own.prove(now);
    own.approve(now, at(NOT_AFTER));
    tell(
        "deploying with a key that the service has not",
        own.refused(&to("CDN", None), now),
    );
}

fn of_renewal(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let edition = hosting();
    let mut stage = chain(book, &edition, 1);
    let renew = stage.renewal(Some(PRICE));
    tell("renewing too early", stage.refused(&renew, now));
    tell("renewing what expired", stage.refused(&renew, at(OVER)));
    let mut revoked = stage.clone();
    revoked.revoke(now, now);
    tell(
        "renewing what its holder revoked",
        revoked.refused(&renew, now),
    );
    stage.product = of(ValidationClass::Ov);
    stage.buy_plan(1, PRICE, now);
    let by_unit = stage.renewal(None);
    tell(
        "renewing with a unit of another product",
        stage.refused(&by_unit, at(DUE)),
    );
    let mut waits = Console::new(book, &edition);
    waits.buy(1, now);
    let renew = waits.renewal(Some(PRICE));
    tell("renewing a slot", waits.refused(&renew, now));
    let mut free = Console::new(book, &edition);
    free.product.free = true;
    free.buy(1, now);
    free.issue(now, at(NOT_AFTER));
    let renew = free.renewal(Some(PRICE));
    tell("renewing a free certificate", free.refused(&renew, at(DUE)));
    let off = console(|parts| set(&mut parts.free_revocation, &Permission::Refused));
    let mut free = Console::new(book, &off);
    free.product.free = true;
    free.buy(1, now);
    free.issue(now, at(NOT_AFTER));
    tell("revoking a free certificate", free.refused(&REVOKE, now));
}

/// Parts of the case that are missing or another's.
fn of_misuse(book: &Rulebook, tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let edition = hosting();
    let other = console(|parts| set(&mut parts.refund, &seven_days_of_2021()));
    let stage = chain(book, &edition, 2);
    let ask = |case: &Case<'_>, command: &Command, now: Timestamp| {
        decide(case, command, now, &stage.law).unwrap_err()
    };
    let whole = stage.world.case();
    let no_purchase = Case {
        purchase: None,
        ..whole
    };
    tell(
        "a slot without its purchase",
        ask(&no_purchase, &Command::Close, now),
    );
    let no_chain = Case {
        chain: None,
        ..whole
    };
    tell("a member without its chain", ask(&no_chain, &REVOKE, now));
    let mut member = stage.clone();
    member.focus(2);
    let no_other = Case {
        other: None,
        ..member.world.case()
    };
    tell(
        "a member without the one before it",
        ask(&no_other, &activate(), at(DUE)),
    );
    let mut wrong = stage.clone();
    wrong.law.money = &other;
    tell(
        "money judged by another edition",
        wrong.refused(&Command::ClaimRefund, now),
    );
}
