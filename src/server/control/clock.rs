//! The manual clock.

use std::format;
use std::string::{String, ToString};

use serde_json::{Map, Value, json};

use super::{Denied, Said, only};
use crate::adapter::KeptClockError;
use crate::model::{Note, Timestamp};
use crate::port::StoreError;
use crate::server::conduct::Conductor;

fn away(error: &KeptClockError) -> Denied {
    let reason = Some(Note::lossy(&error.to_string()));
    Denied::Failed(StoreError::Unavailable(reason).into())
}

pub(super) fn said(now: Timestamp) -> Value {
    json!({"now": now.to_string()})
}

/// Moves the clock, and does what is due by then.
///
/// What is planned for an instant on the way happens at that instant; what the service finds due, it
/// does at the end of the way, as after a sleep.
pub(super) async fn moved(conductor: &Conductor, fields: &Map<String, Value>) -> Said {
    only(fields, &["set", "advance_seconds"])?;
    let now = conductor.now();
    let target = match (fields.get("set"), fields.get("advance_seconds")) {
        (Some(Value::String(text)), None) => {
            let read = text.parse();
            read.map_err(|error| Denied::Misread(format!("{error}")))?
        }
        (None, Some(seconds)) => {
            let seconds = seconds.as_i64();
            let seconds = seconds.ok_or(Denied::Misread("advance_seconds is no number".into()))?;
            now.saturating_add(seconds)
        }
        _ => {
            let expected = r#"either {"set": RFC3339} or {"advance_seconds": n} is expected"#;
            return Err(Denied::Misread(String::from(expected)));
        }
    };
    let refused = |why: &str| Denied::Conflict(json!({"error": why, "now": now.to_string()}));
    let Some(clock) = conductor.world.clock.manual() else {
        return Err(refused("the clock is the system's"));
    };
    if target < now {
        return Err(refused("the clock does not go back"));
    }
    // It could not be brought back from where no rules are.
    let rules = conductor.service().rules();
    rules
        .in_force(target)
        .map_err(|error| Denied::Misread(format!("{error}")))?;
    // What a former process left belongs to the time at which it was left.
    conductor.resumed().await;
    let turn = conductor.stepping.lock().await;
    loop {
        let step = conductor.next_step().filter(|at| *at <= target);
        let set = clock.set(step.unwrap_or(target).max(conductor.now())).await;
        set.map_err(|error| away(&error))?;
        conductor.run_steps_in_turn().await;
        if step.is_none() {
            break;
        }
    }
    drop(turn);
    conductor.pump.sweep().await;
    conductor.run_steps().await;
    Ok(said(conductor.now()))
}
