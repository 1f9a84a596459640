//! Refusing and asking allocate nothing: a service under load can always say no.
//!
//! An allocator that counts, per thread, watches `decide` where it refuses, `status`,
//! `availability` and `clauses`, over every status, command, class and edition, and over what is
//! malformed.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::result_large_err,
    reason = "a global allocator cannot be written without unsafe, and a test stops where it fails"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;

use cert_lifecycle::lifecycle::sample::{sample, sample_command};
use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Law, RefusalKind, World, availability, clauses, decide, status,
};
use cert_lifecycle::model::{
    AccountId, Applicant, CertificateFacts, Company, CsrFacts, Curve, DomainName, FactorSearch,
    FermatSearch, IssuedCertificate, KeyKind, KeySource, Possession, RevocationReason, RsaExponent,
    RsaFacts, SignatureHash, SpkiDigest, Status, Submission, Timestamp, ValidationClass,
    ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{Edition, Rulebook};

/// Counts what this thread allocates, and otherwise does as the system does.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is going down has nothing left to count with.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get().saturating_add(1)));
}

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often something allocates, and what it gave.
fn allocations<T>(of: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATIONS.with(Cell::get);
    let given = black_box(of());
    let after = ALLOCATIONS.with(Cell::get);
    (after.saturating_sub(before), given)
}

const KINDS: [RefusalKind; 7] = [
    RefusalKind::PlanNotFound,
    RefusalKind::QuotaExhausted,
    RefusalKind::OrderNotFound,
    RefusalKind::State,
    RefusalKind::Application,
    RefusalKind::CaAnswer,
    RefusalKind::Misuse,
];

/// The well-formed command of every kind, and malformed ones.
fn commands(class: ValidationClass, law: &Law<'_>) -> Vec<Command> {
    let mut all: Vec<Command> = CommandKind::ALL
        .into_iter()
        .map(|kind| sample_command(kind, class, law).unwrap())
        .collect();
    all.push(Command::RequestRevocation {
        reason: RevocationReason::PrivilegeWithdrawn,
    });
    for command in all.clone() {
        match command {
            Command::Submit {
                instance, order, ..
            } => {
                for submission in malformed() {
                    all.push(Command::Submit {
                        instance,
                        order,
                        submission: Arc::new(submission),
                    });
                }
            }
            Command::Approve { certificate } => {
                for facts in misissued(certificate.facts()) {
                    let certificate = Arc::new(IssuedCertificate::new(facts).unwrap());
                    all.push(Command::Approve { certificate });
                }
            }
            Command::ReceiveChallenge { challenge, .. } => all.push(Command::ReceiveChallenge {
                challenge,
                key: SpkiDigest::of(b"another key"),
            }),
            Command::BuyPlan { .. }
            | Command::Buy(_)
            | Command::Draw(_)
            | Command::Apply { .. }
            | Command::Close
            | Command::Merge
            | Command::DeleteCertificate
            | Command::Deploy { .. }
            | Command::Undeploy { .. }
            | Command::Renew { .. }
            | Command::EnableHosting(_)
            | Command::Upload(_)
            | Command::ClaimRefund
            | Command::CancelRefund
            | Command::GrantRefund
            | Command::RefuseRefund { .. }
            | Command::Activate { .. }
            | Command::Withdraw
            | Command::Delete
            | Command::CancelOrder
            | Command::RequestRevocation { .. }
            | Command::ConfirmDomain
            | Command::Reject { .. }
            | Command::ConfirmRevocation
            | Command::CompleteRevocation { .. }
            | Command::Collect
            | Command::RefuseRevocation { .. }
            | Command::RecordCaRevocation { .. }
            | Command::Wake => {}
        }
    }
    all
}

fn malformed() -> Vec<Submission> {
    let name = |text: &str| DomainName::new(text).unwrap();
    let tom = || Applicant::new("Tom", "13900000000", "tom@example.com").unwrap();
    let employed = || tom().for_company(Company::new("Example Ltd").unwrap());
    let (dns, ec) = (ValidationMethod::Dns, KeyKind::Ec(Curve::P256));
    let key = SpkiDigest::of(b"key");
    let csr = |kind, hash, possession| CsrFacts::new(b"csr", kind, key, hash, possession);
    let (sha256, proved) = (SignatureHash::Sha256, Possession::Proved);
    let exponent_one = RsaFacts {
        exponent: RsaExponent::new(1),
        factors: FactorSearch::new(752, None).unwrap(),
        fermat: FermatSearch::new(100, None).unwrap(),
        roca: false,
    };
    let requests = [
        csr(KeyKind::Rsa { bits: 1_024 }, sha256, proved).with_common_name("www.example.com"),
        csr(KeyKind::Rsa { bits: 2_048 }, sha256, proved).with_common_name("www.example.com"),
        csr(KeyKind::Rsa { bits: 2_048 }, sha256, proved)
            .with_rsa(exponent_one)
            .with_common_name("www.example.com"),
        csr(ec, SignatureHash::Sha1, proved).with_common_name("www.example.com"),
        csr(ec, sha256, Possession::Failed).with_common_name("www.example.com"),
        csr(ec, sha256, Possession::Unchecked).with_common_name("www.example.com"),
        csr(ec, sha256, proved),
        csr(ec, sha256, proved).with_common_name("not a name"),
        csr(ec, sha256, proved)
            .with_common_name("a.example.com")
            .with_common_name("b.example.com"),
    ];
    let made = KeySource::ServiceMade(ec);
    let many = (0..6).map(|n| name(&format!("n{n}.example.com"))).collect();
    let package =
        |names, applicant| Submission::for_package(names, applicant, dns, made.clone()).unwrap();
    let mut all: Vec<Submission> = requests
        .into_iter()
        .map(|csr| Submission::with_csr(csr, employed(), dns))
        .collect();
    all.push(package(many, employed()));
    all.push(package(vec![name("*.example.com")], employed()));
    all.push(package(vec![name("www.example.com")], tom()));
    all
}

fn misissued(good: &CertificateFacts) -> Vec<CertificateFacts> {
    let (from, until) = (good.validity.not_before(), good.validity.not_after());
    let year = 366 * 86_400_i64;
    let valid = |from: Timestamp, until: Timestamp| Validity::new(from, until).unwrap();
    let mut all = vec![good.clone(); 4];
    if let [key, names, long, over] = all.as_mut_slice() {
        key.spki = SpkiDigest::of(b"another key");
        names.names = vec![DomainName::new("elsewhere.example.org").unwrap()];
        long.validity = valid(from, until.saturating_add(year.saturating_mul(3)));
        over.validity = valid(
            from.saturating_add(year.saturating_neg()),
            from.saturating_add(-1),
        );
    }
    for (place, facts) in (1_u8..).zip(&mut all) {
        facts.der = Arc::from([place].as_slice());
    }
    all
}

/// A plan whose last unit is taken by another order.
fn exhausted(class: ValidationClass, law: &Law<'_>) -> (World, Timestamp) {
    let found = sample(None, class, law).unwrap();
    let (mut world, now) = (found.world, found.now);
    let submit = sample_command(CommandKind::Submit, class, law).unwrap();
    while world
        .plan()
        .map(cert_lifecycle::model::ResourcePlan::remaining)
        != Some(0)
    {
        world.apply(&submit, now, law).unwrap();
        world.take_instance();
    }
    (world, now)
}

/// Asks everything about a case and fails on the first allocation.
fn watch(case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) -> Option<RefusalKind> {
    let what = command.kind();
    let (count, _) = allocations(|| clauses(case, command, law));
    assert_eq!(count, 0, "clauses of {what} in {case:?}");
    let (count, _) = allocations(|| availability(case, command, now, law));
    assert_eq!(count, 0, "availability of {what} in {case:?}");
    if let Some(instance) = case.instance {
        let (count, _) = allocations(|| status(&Case::of(instance), now, law.conduct));
        assert_eq!(count, 0, "status of {instance:?}");
    }
    let (count, decided) = allocations(|| decide(case, command, now, law));
    let refusal = decided.err()?;
    assert_eq!(count, 0, "{refusal}");
    Some(refusal.kind())
}

fn watch_edition(edition: &Edition, other: &Edition, book: &Rulebook) -> Vec<RefusalKind> {
    let law = Law::single(edition, book.ceilings());
    let elsewhere = Law {
        application: other,
        ..law
    };
    let stranger = AccountId::new("a-stranger").unwrap();
    let mut seen = Vec::new();
    for class in ValidationClass::ALL {
        let mut worlds = vec![exhausted(class, &law)];
        for status in core::iter::once(None).chain(Status::ALL.into_iter().map(Some)) {
            if let Some(found) = sample(status, class, &law) {
                worlds.push((found.world, found.now));
            }
        }
        for command in &commands(class, &law) {
            for (world, now) in &worlds {
                let case = world.case();
                let foreign = Case {
                    account: stranger,
                    ..case
                };
                let without_plan = Case { plan: None, ..case };
                seen.extend(watch(&case, command, *now, &law));
                seen.extend(watch(&case, command, *now, &elsewhere));
                seen.extend(watch(&foreign, command, *now, &law));
                seen.extend(watch(&without_plan, command, *now, &law));
            }
        }
    }
    seen
}

#[test]
fn refusing_and_asking_allocate_nothing() {
    let book = Rulebook::published();
    let editions: Vec<Edition> = book
        .points()
        .iter()
        .map(|point| book.edition(point.key.as_str()).unwrap())
        .collect();
    let mut refusals = 0_usize;
    for (edition, other) in editions.iter().zip(editions.iter().cycle().skip(1)) {
        let seen = watch_edition(edition, other, &book);
        let missing: Vec<_> = KINDS.iter().filter(|kind| !seen.contains(kind)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", edition.key());
        refusals = refusals.saturating_add(seen.len());
    }
    println!("{refusals} refusals under {} editions", editions.len());
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| 1).0, 0);
    assert_eq!(allocations(|| Box::new(1)).0, 1);
    assert_eq!(allocations(|| vec![0_u8; 100]).0, 1);
    assert!(allocations(|| format!("{}", 1)).0 >= 1);
}
