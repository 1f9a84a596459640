//! What is done with a certificate that is there.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, Effect, Upload, WayOut, Why, effects};
use cert_lifecycle::model::{
    InstanceId, Offset, Phase, RevocationReason, SpkiDigest, Status, StatusSet, Target, Timestamp,
    ValidationClass,
};
use cert_lifecycle::rulebook::{
    CarryOver, Edition, Permission, RenewalResult, RuleId, TargetSet, UploadName,
};

use super::support::console::{Console, PRICE, REVOKE, by_file, console, set};
use super::support::scene::{at, name, note};
use super::{BOUGHT, book, is, of};

const NOT_AFTER: &str = "2020-06-01T12:00:00Z";

/// The last 30 days begin here, at +08:00.
const THIRTY_LEFT: &str = "2020-05-02T00:00:00+08:00";

fn target(text: &str) -> Target {
    Target::new(text).unwrap()
}

fn issued<'a>(book: &'a cert_lifecycle::rulebook::Rulebook, edition: &'a Edition) -> Console<'a> {
    let mut stage = Console::new(book, edition);
    stage.buy(1, at(BOUGHT));
    stage.issue(at(BOUGHT), at(NOT_AFTER));
    stage
}

/// S0, S1: an uploaded certificate is watched and deployed, not applied for; its key comes with it,
/// under a name of its own (3.14).
#[test]
fn r51_an_uploaded_certificate() {
    let book = book();
    let ascii = UploadName {
        most_characters: 63,
        any_script: false,
    };
    let edition = console(|parts| set(&mut parts.upload_name, &ascii));
    let (now, not_after) = (at(BOUGHT), at(NOT_AFTER));
    let mut stage = Console::new(&book, &edition);
    let mut attempt = |called: &str, key: Option<SpkiDigest>| {
        let upload = stage.upload(called, now, not_after);
        let key = key.unwrap_or(upload.key);
        let command = Command::Upload(Arc::new(Upload { key, ..upload }));
        if stage.grants(&command, now) {
            let events = stage.tell(&command, now);
            assert_eq!(events.rules(), [RuleId::R51]);
            return None;
        }
        let refusal = stage.refused(&command, now);
        assert_eq!((refusal.rule(), refusal.status()), (RuleId::R51, None));
        Some((refusal.why(), refusal.way_out()))
    };
    assert_eq!(attempt("web_2019-a", None), None);
    let form = Some((Why::UploadName, WayOut::OtherName));
    assert_eq!(attempt("web.2019", None), form);
    assert_eq!(attempt("证书", None), form);
    assert_eq!(attempt(&"a".repeat(63), None), None);
    assert_eq!(attempt(&"a".repeat(64), None), form);
    assert_eq!(
        attempt("web_2019-a", None),
        Some((Why::NameTaken, WayOut::OtherName))
    );
    assert_eq!(
        attempt("another", Some(SpkiDigest::of(b"elsewhere"))),
        Some((Why::KeyMismatch, WayOut::OtherKey))
    );
    // Its status follows its last second alone.
    stage.focus(1);
    assert_eq!(stage.status(now), Status::Issued);
    assert_eq!(stage.status(at(THIRTY_LEFT)), Status::PendingExpiration);
    assert_eq!(stage.status(not_after), Status::PendingExpiration);
    let over = not_after.saturating_add(1);
    assert_eq!(stage.status(over), Status::Expired);
    // Outside the application machine.
    let apply = stage.application();
    for (command, rule) in [
        (&apply, RuleId::R51),
        (&Command::Withdraw, RuleId::R51),
        (&Command::Delete, RuleId::R14),
        (&Command::CancelOrder, RuleId::T14),
        (&REVOKE, RuleId::R37),
    ] {
        is(&stage.refused(command, now), rule, Why::Uploaded);
    }
    // A name is free again once the certificate is deleted.
    stage.tell(&Command::DeleteCertificate, now);
    let again = stage.upload("web_2019-a", now, not_after);
    stage.tell(&Command::Upload(Arc::new(again)), now);
    // Letters of any script.
    let wide = console(|parts| {
        let any = UploadName {
            any_script: true,
            ..ascii
        };
        set(&mut parts.upload_name, &any);
    });
    let mut stage = Console::new(&book, &wide);
    let upload = stage.upload("证书", now, not_after);
    stage.tell(&Command::Upload(Arc::new(upload)), now);
}

/// S1: issued certificates are deployed, to CDN and SLB at present.
#[test]
fn r52_deployed_to_the_products_of_the_edition() {
    let book = book();
    let edition = console(|parts| {
        set(&mut parts.targets, &TargetSet::of("CDN SLB"));
        let valid = StatusSet::of(&[Status::Issued, Status::Hosted, Status::PendingExpiration]);
        set(&mut parts.deployment, &valid);
    });
    let (now, not_after) = (at(BOUGHT), at(NOT_AFTER));
    let to = |product: &str, domain: Option<&str>| Command::Deploy {
        target: target(product),
        domain: domain.map(name),
    };
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    is(
        &stage.refused(&to("CDN", None), now),
        RuleId::R52,
        Why::NotIssued,
    );
    stage.issue(now, not_after);
    let refusal = stage.refused(&to("WAF", None), now);
    is(&refusal, RuleId::R52, Why::OtherTarget(target("WAF")));
    assert_eq!(refusal.way_out(), WayOut::OtherTarget);
    is(
        &stage.refused(&to("CDN", Some("else.example.com")), now),
        RuleId::R52,
        Why::DomainNotCovered,
    );
    let with_domain = to("CDN", Some("www.example.com"));
    let events = stage.tell(&with_domain, not_after);
    assert_eq!(events.rules(), [RuleId::R52]);
    assert!(matches!(
        effects(&events[0], Some(stage.instance()))[..],
        [Effect::Deploy { target: there, .. }] if there == target("CDN")
    ));
    assert!(stage.tell(&with_domain, not_after).is_empty(), "known");
    stage.tell(&to("SLB", None), not_after);
    assert_eq!(stage.instance().deployments().len(), 2);
    assert_eq!(stage.status(now), Status::Issued);
    let over = not_after.saturating_add(1);
    let refusal = stage.refused(&to("SLB", None), over);
    assert_eq!(
        (refusal.rule(), refusal.permitted_until()),
        (RuleId::R52, Some(over))
    );
    // Taken off again, even once it expired.
    let off = |product: &str| Command::Undeploy {
        target: target(product),
    };
    is(
        &stage.refused(&off("WAF"), over),
        RuleId::R52,
        Why::NotDeployed,
    );
    stage.tell(&off("CDN"), over);
    assert_eq!(stage.instance().deployments().len(), 1);
    // After a request to revoke, no more.
    let mut stage = issued(&book, &edition);
    stage.tell(&REVOKE, now);
    let refusal = stage.refused(&to("CDN", None), now);
    is(
        &refusal,
        RuleId::R52,
        Why::Status(Status::ValidatingRevocation),
    );
    assert_eq!(refusal.way_out(), WayOut::AwaitRevocation);
    // What was uploaded is, with the key that came with it.
    let upload = stage.upload("mine", now, not_after);
    stage.tell(&Command::Upload(Arc::new(upload)), now);
    stage.tell(&to("SLB", Some("www.example.com")), now);
}

/// what is uploaded is told to be deleted only where that is possible: at once, once it is
/// expired, or after it was taken off the cloud products.
#[test]
fn the_way_out_of_an_uploaded_certificate_is_open() {
    let book = book();
    let (now, not_after) = (at(BOUGHT), at(NOT_AFTER));
    let advice = |edition: &Edition, deployed: bool, not_after: Timestamp| {
        let mut stage = Console::new(&book, edition);
        let upload = stage.upload("web", now, not_after);
        stage.tell(&Command::Upload(Arc::new(upload)), now);
        stage.focus(1);
        if deployed {
            let target = target("CDN");
            stage.tell(
                &Command::Deploy {
                    target,
                    domain: None,
                },
                now,
            );
        }
        let commands = [&Command::Withdraw, &Command::Delete, &REVOKE];
        let refusals = commands.map(|command| stage.refused(command, now));
        let [first, second, third] = &refusals;
        assert_eq!(first.way_out(), second.way_out());
        assert_eq!(first.way_out(), third.way_out());
        let open = stage.grants(&Command::DeleteCertificate, now);
        assert_eq!(first.way_out() == WayOut::DeleteCertificate, open);
        (first.way_out(), third.to_string())
    };
    let over = not_after.saturating_add(1);
    let at_once = console(|_| {});
    assert_eq!(
        advice(&at_once, false, not_after).0,
        WayOut::DeleteCertificate
    );
    let expired = console(|parts| {
        set(
            &mut parts.deletion_of_uploaded,
            &StatusSet::of(&[Status::Expired]),
        );
    });
    let (way_out, text) = advice(&expired, false, not_after);
    assert_eq!(way_out, WayOut::DeleteOnceExpired(over));
    let date = over.in_offset(Offset::hours(8));
    let words =
        format!("Instead: delete the certificate itself, once it is expired, from {date} on.");
    assert!(text.ends_with(&words), "{text}");
    // A certificate that outlives every instant is never deleted.
    assert_eq!(advice(&expired, false, Timestamp::MAX).0, WayOut::None);
    let off_first = console(|parts| set(&mut parts.deletion_of_deployed, &Permission::Refused));
    assert_eq!(
        advice(&off_first, true, not_after).0,
        WayOut::UndeployThenDelete
    );
}

/// S0, S1: issued ones are downloaded; the pages of 2019 and 2021 add expired ones; X-31: uploaded
/// ones never, or once they could be.
#[test]
fn r53_downloaded_in_the_states_of_the_edition() {
    let book = book();
    let (now, not_after) = (at(BOUGHT), at(NOT_AFTER));
    let over = not_after.saturating_add(1);
    let valid = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
    let all = StatusSet::of(&[Status::Issued, Status::PendingExpiration, Status::Expired]);
    for (states, after_expiry) in [(valid, false), (all, true)] {
        let edition = console(|parts| set(&mut parts.download, &states));
        let mut stage = issued(&book, &edition);
        for instant in [now, at(THIRTY_LEFT), not_after] {
            assert!(stage.tell(&Command::Collect, instant).is_empty());
        }
        assert_eq!(stage.grants(&Command::Collect, over), after_expiry);
        if !after_expiry {
            let refusal = stage.refused(&Command::Collect, over);
            is(&refusal, RuleId::R53, Why::Status(Status::Issued));
            assert_eq!(refusal.permitted_until(), Some(over));
        }
        // from the request to revoke on, no more.
        stage.tell(&REVOKE, now);
        is(
            &stage.refused(&Command::Collect, now),
            RuleId::R36,
            Why::RevocationUnderWay,
        );
    }
    for (download, granted) in [(Permission::Allowed, true), (Permission::Refused, false)] {
        let edition = console(|parts| set(&mut parts.download_of_uploaded, &download));
        let mut stage = Console::new(&book, &edition);
        let upload = stage.upload("mine", now, not_after);
        stage.tell(&Command::Upload(Arc::new(upload)), now);
        assert_eq!(stage.grants(&Command::Collect, now), granted);
        if !granted {
            is(
                &stage.refused(&Command::Collect, now),
                RuleId::R53,
                Why::Uploaded,
            );
        }
    }
}

/// Where an edition says so, the end of what was uploaded is announced, too, and once.
#[test]
fn r42_an_uploaded_certificate_is_announced() {
    let book = book();
    let edition = console(|parts| {
        for clause in &mut parts.messages {
            clause.value.value.uploaded = true;
        }
    });
    let (now, not_after) = (at(BOUGHT), at(NOT_AFTER));
    let mut stage = Console::new(&book, &edition);
    let upload = stage.upload("mine", now, not_after);
    stage.tell(&Command::Upload(Arc::new(upload)), now);
    let noticed = |stage: &Console<'_>| {
        let Phase::Uploaded(own) = stage.instance().phase() else {
            panic!("{:?}", stage.instance());
        };
        own.noticed_at()
    };
    assert_eq!(noticed(&stage), None);
    let soon = not_after.saturating_add(-86_400);
    stage.tell(&Command::Wake, soon);
    assert_eq!(noticed(&stage), Some(soon));
    stage.tell(&Command::Wake, not_after);
    assert_eq!(noticed(&stage), Some(soon));
}

fn renewing(states: StatusSet, result: RenewalResult) -> Edition {
    let carry = CarryOver {
        bought: true,
        uploaded: false,
    };
    console(|parts| {
        set(&mut parts.renewal, &states);
        set(&mut parts.renewal_result, &result);
        set(&mut parts.carry_over, &carry);
        set(&mut parts.renewal_of_uploaded, &states);
    })
}

fn at_the_end() -> Edition {
    renewing(
        StatusSet::of(&[Status::PendingExpiration]),
        RenewalResult::PendingApplication,
    )
}

/// `RN21b`: in the last 30 natural days; S0, S1: what expired is bought anew; the old certificate
/// is untouched.
#[test]
fn r54_renewed_when_it_is_about_to_expire() {
    let (book, edition) = (book(), at_the_end());
    let mut stage = issued(&book, &edition);
    let (begins, not_after) = (at(THIRTY_LEFT), at(NOT_AFTER));
    let (early, over) = (begins.saturating_add(-1), not_after.saturating_add(1));
    let renew = stage.renewal(Some(PRICE));
    let refusal = stage.refused(&renew, early);
    is(&refusal, RuleId::R54, Why::RenewalWindow);
    assert_eq!(refusal.permitted_from(), Some(begins));
    let refusal = stage.refused(&renew, over);
    is(&refusal, RuleId::R43, Why::Expired);
    assert_eq!(refusal.way_out(), WayOut::ApplyAnew);
    assert!(stage.grants(&renew, not_after));
    let old = stage.instance().clone();
    let events = stage.tell(&renew, begins);
    assert_eq!(events.rules()[0], RuleId::R54);
    assert_eq!(stage.instance(), &old, "the old one is untouched");
    stage.focus(further(&stage));
    assert_eq!(stage.status(begins), Status::PendingApplication);
    assert_eq!(stage.instance().renewed().unwrap().from, old.id());
    assert!(stage.world.purchase().is_some());
    is(
        &stage.refused(&stage.clone().renewal(Some(PRICE)), begins),
        RuleId::R54,
        Why::Status(Status::PendingApplication),
    );
}

/// The number of the slot that was bought last.
fn further(stage: &Console<'_>) -> u64 {
    let last = stage.world.instances().map(|one| one.order().get()).max();
    last.unwrap() - 98_987_582_437_920_000
}

/// A21: any valid certificate, with a unit of a plan, submitted at once with its data.
#[test]
fn r54_an_order_of_the_same_data() {
    let book = book();
    let valid = StatusSet::of(&[Status::Issued, Status::PendingExpiration]);
    let edition = renewing(valid, RenewalResult::Submitted);
    let now = at(BOUGHT);
    let mut stage = issued(&book, &edition);
    let data = stage.instance().application().unwrap().submission().clone();
    let renew = stage.renewal(None);
    is(&stage.refused(&renew, now), RuleId::R20, Why::NoPlan);
    stage.product = of(ValidationClass::Ov);
    stage.buy_plan(1, PRICE, now);
    is(&stage.refused(&renew, now), RuleId::R54, Why::OtherProduct);
    stage.product = of(ValidationClass::Dv);
    stage.buy_plan(1, PRICE, now);
    stage.tell(&renew, now);
    let Command::Renew { slot, .. } = renew else {
        panic!("a renewal")
    };
    let old = stage.instance().id();
    stage.world.focus(slot.instance);
    assert_eq!(stage.status(now), Status::DomainVerification);
    assert_eq!(stage.instance().application().unwrap().submission(), &data);
    assert_eq!(stage.world.plan().unwrap().remaining(), 0);
    assert_eq!(stage.instance().renewed().unwrap().from, old);
}

/// T-48: what the CA revoked on its own account is renewed at once; what the holder revoked is not.
#[test]
fn r54_after_a_revocation() {
    let (book, edition) = (book(), at_the_end());
    let now = at(BOUGHT);
    let mut stage = issued(&book, &edition);
    let renew = stage.renewal(Some(PRICE));
    let mut by_holder = stage.clone();
    by_holder.tell(&REVOKE, now);
    is(
        &by_holder.refused(&renew, now),
        RuleId::R35,
        Why::RevocationUnderWay,
    );
    by_holder.tell(&Command::CompleteRevocation { at: now }, now);
    is(
        &by_holder.refused(&renew, now),
        RuleId::R54,
        Why::AlreadyRevoked,
    );
    let by_ca = Command::RecordCaRevocation {
        reason: RevocationReason::KeyCompromise,
        at: now,
    };
    stage.tell(&by_ca, now);
    stage.tell(&renew, now);
}

/// `RN21a` to c: the old last second is carried where the specification is the same; not for what was
/// uploaded (since 2021-01-28), and not for free ones, which are not renewed at all.
#[test]
fn r55_what_a_renewal_carries() {
    let book = book();
    let now = at(THIRTY_LEFT);
    let carried = |edition: &Edition, own: bool| {
        let mut stage = if own {
            issued(&book, edition)
        } else {
            let mut stage = Console::new(&book, edition);
            let upload = stage.upload("mine", at(BOUGHT), at(NOT_AFTER));
            stage.tell(&Command::Upload(Arc::new(upload)), at(BOUGHT));
            stage
        };
        let renew = stage.renewal(Some(PRICE));
        let events = stage.tell(&renew, now);
        let by_rule = events.rules().contains(&RuleId::R55);
        let slot: InstanceId = Console::slot(further(&stage)).instance;
        stage.world.focus(slot);
        let carries: Option<Timestamp> = stage.instance().renewed().unwrap().carries;
        assert_eq!(carries.is_some(), by_rule);
        carries
    };
    let of_bought = at_the_end();
    assert_eq!(carried(&of_bought, true), Some(at(NOT_AFTER)));
    assert_eq!(carried(&of_bought, false), None);
    let carry = |bought, uploaded| {
        let edition = at_the_end();
        let value = CarryOver { bought, uploaded };
        let other = console(|parts| set(&mut parts.carry_over, &value));
        edition.with(cert_lifecycle::rulebook::Field::CarryOver, &other)
    };
    assert_eq!(carried(&carry(false, false), true), None);
    assert_eq!(carried(&carry(true, true), false), Some(at(NOT_AFTER)));

    // With a unit of another specification nothing is carried; with one of the same it is.
    for (class, carries) in [
        (ValidationClass::Ov, None),
        (ValidationClass::Dv, Some(at(NOT_AFTER))),
    ] {
        let edition = carry(true, true);
        let mut stage = Console::new(&book, &edition);
        let upload = stage.upload("mine", at(BOUGHT), at(NOT_AFTER));
        stage.tell(&Command::Upload(Arc::new(upload)), at(BOUGHT));
        stage.product = of(class);
        stage.buy_plan(1, PRICE, at(BOUGHT));
        let renew = stage.renewal(None);
        stage.tell(&renew, now);
        let slot = Console::slot(further(&stage)).instance;
        stage.world.focus(slot);
        assert_eq!(stage.instance().product(), of(class));
        assert_eq!(stage.instance().renewed().unwrap().carries, carries);
    }

    let mut free = Console::new(&book, &of_bought);
    free.product.free = true;
    free.buy(1, at(BOUGHT));
    free.issue(at(BOUGHT), at(NOT_AFTER));
    let renew = free.renewal(Some(PRICE));
    is(&free.refused(&renew, now), RuleId::R54, Why::Free);
}

/// what is not waited for is refused, also on the console.
#[test]
fn r26_answers_that_nobody_waits_for() {
    let (book, edition, now) = (book(), at_the_end(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    let seen = Why::Status(Status::PendingApplication);
    let no = Command::Reject {
        reason: note("unknown company"),
    };
    is(&stage.refused(&no, now), RuleId::R26, seen);
    is(
        &stage.refused(&Command::ConfirmDomain, now),
        RuleId::R26,
        seen,
    );
    let apply = stage.application_with(by_file(stage.product));
    stage.tell(&apply, now);
    stage.prove(now);
}
