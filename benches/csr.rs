//! What reading a signing request costs beside its inevitable part.
//!
//! ```text
//! cargo bench --bench csr
//! ```
//!
//! For each request that OpenSSL made: [`parse_csr`], from PEM to facts with the proof of
//! possession, against the bare work, which is to decode the same PEM with `x509-cert` and to
//! verify the signature with `aws-lc-rs`. The bare work is spared everything else: it is told the
//! algorithm, and it is given the signed bytes, which `x509-cert` would have to encode anew.
//!
//! Both take turns within each round, so that a busy machine slows both. The ratio is the median
//! of the rounds' ratios; the goal is 1.3 at most.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, and shows what it measured"
)]

use std::error::Error;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey,
    VerificationAlgorithm,
};
use cert_lifecycle::lifecycle::{Command, Law, World, decide};
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CsrFacts, InstanceId, OrderId, Payment, PlanId, Possession,
    Submission, Timestamp, ValidationMethod,
};
use cert_lifecycle::pki::{Limits, parse_csr};
use cert_lifecycle::rulebook::Rulebook;
use x509_cert::der::pem::decode_vec;
use x509_cert::der::{Decode, DecodePem, Encode};
use x509_cert::request::CertReq;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Odd, so that the median was measured.
const ROUNDS: usize = 401;
/// How long one of the two works before it is the other's turn.
const TURN: Duration = Duration::from_millis(1);

struct Subject {
    name: &'static str,
    pem: &'static [u8],
    algorithm: &'static dyn VerificationAlgorithm,
}

const SUBJECTS: [Subject; 5] = [
    Subject {
        name: "RSA-2048",
        pem: include_bytes!("../tests/data/pki/rsa2048.csr"),
        algorithm: &RSA_PKCS1_2048_8192_SHA256,
    },
    Subject {
        name: "RSA-3072",
        pem: include_bytes!("../tests/data/pki/rsa3072.csr"),
        algorithm: &RSA_PKCS1_2048_8192_SHA384,
    },
    Subject {
        name: "P-256",
        pem: include_bytes!("../tests/data/pki/p256.csr"),
        algorithm: &ECDSA_P256_SHA256_ASN1,
    },
    Subject {
        name: "P-384",
        pem: include_bytes!("../tests/data/pki/p384.csr"),
        algorithm: &ECDSA_P384_SHA384_ASN1,
    },
    Subject {
        name: "P-521",
        pem: include_bytes!("../tests/data/pki/p521.csr"),
        algorithm: &ECDSA_P521_SHA512_ASN1,
    },
];

/// Requests with long keys that prove nothing.
const LONG: [(&str, &[u8]); 2] = [
    (
        "RSA-8192",
        include_bytes!("../tests/data/pki/weak/modulus-8192.csr"),
    ),
    (
        "RSA-16384",
        include_bytes!("../tests/data/pki/weak/modulus-16384.csr"),
    ),
];

fn main() -> Outcome<()> {
    println!("median (min to max) of {ROUNDS} rounds, in ns for one request\n");
    println!(
        "{:9} {:>30} {:>30} {:>23}",
        "", "parse_csr", "bare parse and verify", "ratio"
    );
    for subject in &SUBJECTS {
        let (ours, bare, ratio) = compare(subject)?;
        println!(
            "{:9} {:>30} {:>30} {:>23}",
            subject.name,
            ours.nanoseconds(),
            bare.nanoseconds(),
            ratio.factor(),
        );
    }
    println!("\nthe longest key that is examined, and a longer one (for information)\n");
    for (name, pem) in LONG {
        let work = || -> Outcome<()> {
            parse_csr(black_box(pem), &Limits::default()).map(drop)?;
            Ok(())
        };
        let times = repetitions(work)?;
        let rounds: Outcome<Vec<f64>> = (0..ROUNDS).map(|_| turn(times, work)).collect();
        println!("{name:9} {:>30}", Spread::of(rounds?)?.nanoseconds());
    }
    println!("\ndeciding an application with those facts (for information)\n");
    for subject in &SUBJECTS {
        let (cost, answer) = judgement(subject)?;
        println!("{:9} {:>30}  {answer}", subject.name, cost.nanoseconds());
    }
    Ok(())
}

fn ours(pem: &[u8]) -> Outcome<CsrFacts> {
    let facts = parse_csr(pem, &Limits::default())?;
    if facts.possession() == Possession::Proved {
        Ok(facts)
    } else {
        Err("parse_csr does not find possession proved".into())
    }
}

/// Text and structure are decoded one after the other: that is faster than `CertReq::from_pem`.
fn bare(subject: &Subject, message: &[u8]) -> Outcome<CertReq> {
    let (_, der) = decode_vec(black_box(subject.pem))?;
    let request = CertReq::from_der(&der)?;
    UnparsedPublicKey::new(
        subject.algorithm,
        request.info.public_key.subject_public_key.raw_bytes(),
    )
    .verify(black_box(message), request.signature.raw_bytes())
    .map_err(|_| "the bare verification fails")?;
    Ok(request)
}

fn compare(subject: &Subject) -> Outcome<(Spread, Spread, Spread)> {
    let message = CertReq::from_pem(subject.pem)?.info.to_der()?;
    let ours = || ours(black_box(subject.pem)).map(drop);
    let bare = || bare(subject, &message).map(drop);
    let times = repetitions(bare)?;
    let mut rounds: Vec<(f64, f64)> = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        // Who goes first alternates: neither always finds the caches as the other left them.
        rounds.push(if round.is_multiple_of(2) {
            let first = turn(times, ours)?;
            (first, turn(times, bare)?)
        } else {
            let first = turn(times, bare)?;
            (turn(times, ours)?, first)
        });
    }
    let spread = |of: fn(&(f64, f64)) -> f64| Spread::of(rounds.iter().map(of).collect());
    Ok((
        spread(|round| round.0)?,
        spread(|round| round.1)?,
        spread(|round| round.0 / round.1)?,
    ))
}

/// The cost of the pure decision on `Submit`, and what it answers.
fn judgement(subject: &Subject) -> Outcome<(Spread, &'static str)> {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api")?;
    let law = Law::single(&edition, book.ceilings());
    let now: Timestamp = "2021-06-01T00:00:00Z".parse()?;
    let product = Catalog::published()
        .get("symantec-free-1-free")
        .ok_or("the product is not in the catalog")?;
    let mut world = World::new(AccountId::new("bench")?);
    let buy = Command::BuyPlan {
        plan: PlanId::new("plan")?,
        product,
        count: NonZeroU32::MIN,
        payment: Payment::NONE,
    };
    world.apply(&buy, now, &law).map_err(|r| r.to_string())?;
    let applicant = Applicant::new("Tom", "13900000000", "tom@example.com")?;
    let submit = Command::Submit {
        instance: InstanceId::new("instance")?,
        order: OrderId::new(1)?,
        submission: Arc::new(Submission::with_csr(
            ours(subject.pem)?,
            applicant,
            ValidationMethod::Dns,
        )),
    };
    let case = world.case();
    let work = || -> Outcome<()> {
        let _ = black_box(decide(black_box(&case), black_box(&submit), now, &law));
        Ok(())
    };
    let times = repetitions(work)?;
    let rounds: Outcome<Vec<f64>> = (0..ROUNDS).map(|_| turn(times, work)).collect();
    let answer = match decide(&case, &submit, now, &law) {
        Ok(_) => "accepted",
        Err(_) => "refused",
    };
    Ok((Spread::of(rounds?)?, answer))
}

/// How often the work fits into a turn, once it is warm.
fn repetitions(work: impl Fn() -> Outcome<()>) -> Outcome<u32> {
    let begin = Instant::now();
    let mut times = 0_u32;
    while begin.elapsed() < TURN.saturating_mul(20) {
        work()?;
        times = times.saturating_add(1);
    }
    Ok(times.div_ceil(20))
}

/// Nanoseconds for one piece of work.
fn turn(times: u32, work: impl Fn() -> Outcome<()>) -> Outcome<f64> {
    let begin = Instant::now();
    for _ in 0..times {
        work()?;
    }
    Ok(begin.elapsed().as_secs_f64() * 1e9 / f64::from(times))
}

struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Outcome<Self> {
        values.sort_unstable_by(f64::total_cmp);
        match (
            values.get(values.len().div_euclid(2)),
            values.first(),
            values.last(),
        ) {
            (Some(&median), Some(&min), Some(&max)) => Ok(Self { median, min, max }),
            _ => Err("nothing was measured".into()),
        }
    }

    fn nanoseconds(&self) -> String {
        format!("{:.0} ({:.0} to {:.0})", self.median, self.min, self.max)
    }

    fn factor(&self) -> String {
        format!("{:.2} ({:.2} to {:.2})", self.median, self.min, self.max)
    }
}
