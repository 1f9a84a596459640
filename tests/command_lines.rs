//! Commands as JSON lines: golden lines, round trips of whatever is asked, and the schema.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

mod support;

#[path = "command_lines/offsets.rs"]
mod offsets;
#[path = "command_lines/schema.rs"]
mod schema;

use std::collections::BTreeSet;

use cert_lifecycle::codec::command::{
    Focus, MAX_STEP_BYTES, Question, SCHEMA, Step, command_type, decode_question, decode_step,
    encode_question, encode_step,
};
use cert_lifecycle::codec::stored::{MAX_DEPTH, StoredError, StoredProblem, decode_event};
use cert_lifecycle::lifecycle::sample::sample_command;
use cert_lifecycle::lifecycle::{Command, CommandKind, Extension, Law, NewPurchase};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, ChainId, FactorSearch, FermatSearch, InstanceId, KeyKind,
    KeySource, OrderId, PlanId, RevocationReason, RsaExponent, RsaFacts, SpkiDigest,
    SubjectAltName, Submission, Timestamp, ValidationClass, ValidationMethod,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::Core;
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use support::scene::{self, applicant, challenge, csr_application, name, request};
use support::{golden, strategies, stream_events, streams};

/// An event of every kind, and of each with its fields there and absent.
const EVENTS: [&str; 4] = [
    include_str!("data/stored/v1/instance.jsonl"),
    include_str!("data/stored/v1/plan.jsonl"),
    include_str!("data/stored/v1/chain.jsonl"),
    include_str!("data/stored/v1/purchase.jsonl"),
];

fn step(command: Command, on: Focus) -> Step {
    Step {
        at: scene::at("2022-07-01T01:00:00Z"),
        account: AccountId::new("tom").unwrap(),
        on,
        command,
    }
}

fn of_instance() -> Focus {
    Focus::instance(InstanceId::new("instance-1").unwrap())
}

/// A line of every kind, and of each with its fields there and absent.
fn samples() -> Vec<Step> {
    let book = Rulebook::published();
    let edition = book.edition("2022-hosting").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let mut all = Vec::new();
    for kind in CommandKind::ALL {
        let command = sample_command(kind, ValidationClass::Ov, &law).unwrap();
        let on = match kind {
            CommandKind::BuyPlan | CommandKind::Buy | CommandKind::Upload => Focus::NOTHING,
            CommandKind::Submit | CommandKind::Draw => Focus::plan(PlanId::new("plan-1").unwrap()),
            CommandKind::Merge => Focus {
                other: Some(InstanceId::new("instance-2").unwrap()),
                ..of_instance()
            },
            _ => of_instance(),
        };
        all.push(step(command, on));
    }
    let order = OrderId::new(98_987_582_437_920_968).unwrap();
    let crowded = request("www.example.com", "key")
        .with_rsa(RsaFacts {
            exponent: RsaExponent::large(100, true).unwrap(),
            factors: FactorSearch::new(752, Some(3)).unwrap(),
            fermat: FermatSearch::new(100, Some(7)).unwrap(),
            roca: true,
        })
        .with_alt_name(SubjectAltName::InvalidDns("with a\0".into()));
    for submission in [
        csr_application("key"),
        Arc::new(Submission::with_csr(
            crowded,
            applicant(true),
            ValidationMethod::File,
        )),
        Arc::new(Submission::request(
            name("www.example.com"),
            applicant(true),
            ValidationMethod::File,
            KeyKind::Ed25519,
        )),
        Arc::new(
            Submission::for_package(
                vec![name("*.example.com")],
                applicant(false),
                ValidationMethod::Dns,
                KeySource::ServiceMade(KeyKind::Rsa { bits: 2048 }),
            )
            .unwrap(),
        ),
    ] {
        all.push(step(Command::Apply { order, submission }, of_instance()));
    }
    for method in [ValidationMethod::Dns, ValidationMethod::File] {
        let (challenge, key) = (challenge(method), SpkiDigest::of(b"key"));
        all.push(step(
            Command::ReceiveChallenge { challenge, key },
            of_instance(),
        ));
    }
    let optional: Vec<Step> = all.iter().filter_map(without_optional).collect();
    assert_eq!(optional.len(), 4);
    all.extend(optional);
    for at in [
        Timestamp::MIN,
        Timestamp::MAX,
        scene::at("0000-01-01T00:00:00Z"),
    ] {
        let reason = RevocationReason::KeyCompromise;
        let mut one = step(Command::RecordCaRevocation { reason, at }, Focus::NOTHING);
        one.at = at;
        all.push(one);
    }
    all
}

/// The same step with what may be absent there if it was not, or away if it was.
fn without_optional(one: &Step) -> Option<Step> {
    let command = match &one.command {
        Command::Buy(all) => Command::Buy(Arc::new(NewPurchase {
            chain: match all.chain {
                Some(_) => None,
                None => Some(ChainId::new("chain-1").unwrap()),
            },
            ..NewPurchase::clone(all)
        })),
        Command::Deploy { target, domain } => Command::Deploy {
            target: *target,
            domain: match domain {
                Some(_) => None,
                None => Some(name("www.example.com")),
            },
        },
        Command::Renew {
            slot,
            paid: Some(_),
        } => Command::Renew {
            slot: *slot,
            paid: None,
        },
        Command::EnableHosting(all) => Command::EnableHosting(Arc::new(Extension {
            submission: None,
            ..Extension::clone(all)
        })),
        _ => return None,
    };
    Some(Step {
        command,
        ..one.clone()
    })
}

fn root() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Writes a step, reads it back, and holds the line against the schema.
fn stored(root: &Value, step: &Step) -> String {
    let text = encode_step(step);
    assert!(!text.contains('\n'), "one line: {text}");
    assert_eq!(decode_step(&text).as_ref(), Ok(step), "{text}");
    let value = serde_json::from_str(&text).unwrap();
    assert_eq!(schema::refusal(root, root, &value), None, "{text}");
    text
}

#[test]
fn the_lines_of_version_1_are_frozen() {
    let samples = samples();
    let made: String = samples.iter().map(|one| encode_step(one) + "\n").collect();
    golden::compare("stored/v1/command.jsonl", &made);
    let root = root();
    let kinds: BTreeSet<CommandKind> = samples.iter().map(|one| one.command.kind()).collect();
    assert_eq!(kinds.len(), CommandKind::ALL.len());
    for one in &samples {
        stored(&root, one);
    }
}

#[test]
fn the_schema_has_every_kind_and_no_other() {
    let root = root();
    let listed = root.pointer("/$defs/step/oneOf").unwrap();
    let listed: BTreeSet<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["$ref"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    let samples = samples();
    let known: BTreeSet<&str> = samples
        .iter()
        .map(|one| command_type(&one.command))
        .collect();
    assert_eq!(listed, known);
    for tag in listed {
        assert_eq!(
            root["$defs"][tag]["properties"]["type"]["const"], tag,
            "its name is its type"
        );
    }
}

/// Every path to an object of a value.
fn objects(value: &Value, path: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            all.push(path.to_owned());
            for (key, value) in map {
                objects(value, &format!("{path}/{key}"), all);
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                objects(value, &format!("{path}/{place}"), all);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the codec and a schema say of a value that has a field less, a field more, or something else in
/// a field, at every place. Tells how many were tried, and adds the names of the fields.
fn agree<T>(
    (root, own): (&Value, &Value),
    whole: &Value,
    decode: fn(&str) -> Result<T, StoredError>,
    seen: &mut BTreeSet<String>,
) -> usize {
    assert_eq!(schema::refusal(root, own, whole), None, "{whole}");
    let (mut tried, mut paths) = (0, Vec::new());
    objects(whole, "", &mut paths);
    for path in paths {
        let keys: Vec<String> = whole
            .pointer(&path)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        let change = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut value = whole.clone();
            change(value.pointer_mut(&path).unwrap().as_object_mut().unwrap());
            value
        };
        let mut changed = vec![change(&|map| {
            map.insert("unheard_of".to_owned(), Value::from(1));
        })];
        for key in keys {
            seen.insert(key.clone());
            changed.push(change(&|map| {
                map.remove(&key);
            }));
            for other in [
                Value::Null,
                Value::from(true),
                Value::from(-1),
                Value::from("\u{7f}"),
                Value::Array(vec![Value::Null]),
                Value::Object(serde_json::Map::new()),
            ] {
                changed.push(change(&|map| {
                    map.insert(key.clone(), other.clone());
                }));
            }
        }
        for value in changed {
            let text = value.to_string();
            let (read, refused) = (decode(&text), schema::refusal(root, own, &value));
            match (&read, &refused) {
                (Ok(_), None) | (Err(_), Some(_)) => {}
                // What a text may hold, and which instants are numbers, the schema does not say.
                (Err(error), None) => assert!(
                    matches!(error.problem, StoredProblem::Value(_)),
                    "only the codec refuses {text}: {error}"
                ),
                (Ok(_), Some(why)) => panic!("only the schema refuses {text}: {why}"),
            }
            tried += 1;
        }
    }
    tried
}

/// No field of the codec is missing in the schema, or the other way round, or optional in one alone.
#[test]
fn the_schema_and_the_codec_agree_on_every_field() {
    let root = root();
    let (mut tried, mut seen) = (0, BTreeSet::new());
    for one in samples() {
        let whole = serde_json::from_str(&encode_step(&one)).unwrap();
        tried += agree((&root, &root), &whole, decode_step, &mut seen);
    }
    assert!(tried > 3_000, "{tried}");
    let event = root.pointer("/$defs/event").unwrap();
    let mut types = BTreeSet::new();
    for line in EVENTS.iter().flat_map(|lines| lines.lines()) {
        let whole: Value = serde_json::from_str(line).unwrap();
        types.insert(format!("#/$defs/{}", whole["type"].as_str().unwrap()));
        tried += agree((&root, event), &whole, decode_event, &mut seen);
    }
    assert!(tried > 10_000, "{tried}");
    let listed = event["oneOf"].as_array().unwrap().iter();
    let listed: BTreeSet<String> = listed
        .map(|one| one["$ref"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, types);
    // Every property of the schema stands in some sample.
    let mut properties = BTreeSet::new();
    for (name, one) in root["$defs"].as_object().unwrap() {
        if name != "question" {
            named(one, &mut properties);
        }
    }
    let missing: Vec<&String> = properties.difference(&seen).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The names of all properties of a schema.
fn named(schema: &Value, all: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                all.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| named(value, all));
        }
        Value::Array(list) => list.iter().for_each(|value| named(value, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_is_wrong_is_said_without_the_text() {
    let problem = |line: &str| decode_step(line).unwrap_err();
    let line = encode_step(&step(Command::Withdraw, of_instance()));
    let other = line.replace("command.withdraw", "command.explode");
    let error = problem(&other);
    assert!(matches!(error.problem, StoredProblem::UnknownType(_)));
    assert_eq!(error.field, "type");
    // An event is no command.
    assert!(matches!(
        problem(&line.replace("command.withdraw", "instance.withdrawn")).problem,
        StoredProblem::UnknownType(_)
    ));
    for end in 0..line.len() {
        assert_eq!(problem(&line[..end]).problem, StoredProblem::Truncated);
    }
    let empty = line.replace(r#"{"instance":"instance-1"}"#, "{}");
    assert_eq!(
        problem(&empty).to_string(),
        "on: it names nothing: leave it out"
    );
    let twice = line.replace(r#""account":"tom""#, r#""account":"tom","account":"ann""#);
    assert_eq!(problem(&twice).problem, StoredProblem::Twice);
    let bomb = "[".repeat(100_000);
    assert_eq!(
        problem(&bomb).problem,
        StoredProblem::TooDeep { limit: MAX_DEPTH }
    );
    let long = format!("{line}{}", " ".repeat(MAX_STEP_BYTES));
    assert!(matches!(
        problem(&long).problem,
        StoredProblem::TooLong { .. }
    ));
    let secret = line.replace("tom", "Wang Xiaoming 139-0000");
    let error = problem(&secret);
    assert_eq!(error.field, "account");
    assert!(!format!("{error} {error:?}").contains("Wang"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(support::cases::cases(128))
    })]

    /// Commands that fit no case, with applications and certificates as they come.
    #[test]
    fn any_command_is_written_and_read(
        command in strategies::commands(),
        at in strategies::timestamps(),
        ids in proptest::collection::vec(proptest::option::of(strategies::id_texts()), 3),
        account in strategies::id_texts(),
    ) {
        let id = |place: usize| ids[place].as_deref();
        let on = Focus {
            instance: id(0).map(|text| InstanceId::new(text).unwrap()),
            plan: id(1).map(|text| PlanId::new(text).unwrap()),
            other: id(2).map(|text| InstanceId::new(text).unwrap()),
        };
        let account = AccountId::new(&account).unwrap();
        stored(&root(), &Step { at, account, on, command });
    }

    /// Whatever is asked in a timeline, over all kinds of command.
    #[test]
    fn what_is_asked_in_all_streams_is_written_and_read(timeline in streams::timelines(30)) {
        let root = root();
        timeline.play(&Core, |moment| {
            let account = streams::owner();
            let on = Focus { instance: moment.before.instance().map(CertificateInstance::id), ..Focus::NOTHING };
            stored(&root, &Step { at: moment.now(), account, on, command: moment.command().clone() });
        });
    }

    /// A question is its events and its step.
    #[test]
    fn any_question_is_written_and_read(
        events in proptest::collection::vec(
            stream_events::events(&strategies::Editions::published()), 0..8),
        command in strategies::commands(),
        at in strategies::timestamps(),
    ) {
        let step = Step { at, ..step(command, Focus::NOTHING) };
        let question = Question { events, step };
        let text = encode_question(&question);
        let root = root();
        let value: Value = serde_json::from_str(&text).unwrap();
        let schema = root.pointer("/$defs/question").unwrap();
        prop_assert_eq!(schema::refusal(&root, schema, &value), None);
        prop_assert_eq!(decode_question(&text), Ok(question));
    }
}
