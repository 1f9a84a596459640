//! Threads, memory, and what is too large.

use cert_lifecycle::model::ValidationClass;
use cert_lifecycle::testing::explore::{Ending, Explorer, Progress, Report, Size};

use crate::{CHAIN, UNIT, world};

/// Everything but the time that it took.
fn told(report: &Report) -> String {
    let Report {
        states,
        transitions,
        refusals,
        levels,
        cells,
        until,
        bytes,
        not_covered,
        ..
    } = report;
    format!(
        "{states} {transitions} {refusals} {levels:?} {cells:?} {until} {bytes} {not_covered:?}"
    )
}

#[test]
fn any_number_of_threads_finds_the_same() {
    for (editions, class, size) in [
        ("2021-02-api", ValidationClass::Dv, UNIT),
        ("2022-hosting", ValidationClass::Ov, CHAIN),
    ] {
        let small = world(&[editions], class, size);
        let alone = told(&Explorer::new(&small).on(1).run());
        for threads in [0, 2, 3] {
            let together = Explorer::new(&small).on(threads).run();
            assert_eq!(told(&together), alone, "{threads} threads");
        }
    }
}

/// Several slots, and time to pass.
const LARGE: Size = Size {
    plans: 2,
    units: 2,
    slots: 4,
    chains: 1,
    years: 3,
    uploads: 1,
    orders: 9,
    turns: 4,
    ..Size::NOTHING
};

/// Some thousand states.
const WIDE: Size = Size {
    plans: 1,
    units: 2,
    slots: 2,
    orders: 2,
    turns: 0,
    ..Size::NOTHING
};

#[test]
fn what_is_too_large_is_announced_before_it_is_tried() {
    let small = world(&["2022-hosting"], ValidationClass::Ov, LARGE);
    let mut news = Vec::new();
    let report = Explorer::new(&small)
        .against(&[])
        .within(8 << 20)
        .estimated_after(500)
        .run_with(|one| news.push(*one));
    let Ending::TooLarge(estimate) = report.ending else {
        panic!("{report}");
    };
    assert!(
        matches!(news.last(), Some(Progress::TooLarge(_))),
        "{news:?}"
    );
    assert!(report.states < 5_000, "{report}");
    assert!(estimate.bytes > estimate.memory, "{estimate}");
    assert_eq!(estimate.memory, 8 << 20);
}

#[test]
fn memory_is_bounded() {
    let small = world(&["2022-hosting"], ValidationClass::Ov, LARGE);
    let report = Explorer::new(&small)
        .against(&[])
        .within(400 << 10)
        .anyway()
        .run();
    assert!(matches!(report.ending, Ending::OutOfMemory), "{report}");
    assert!(report.bytes <= 400 << 10, "{report}");
    assert!(report.states > 300, "{report}");
}

/// It tells a thousand from ten thousand.
#[test]
fn the_estimate_is_about_right() {
    let small = world(&["2021-02-api"], ValidationClass::Dv, WIDE);
    let report = Explorer::new(&small).against(&[]).run();
    assert!(matches!(report.ending, Ending::Exhausted), "{report}");
    assert!(report.states > 3_000, "{report}");
    let mut said = None;
    let cut = Explorer::new(&small)
        .against(&[])
        .within(200 << 10)
        .estimated_after(1_000)
        .run_with(|news| {
            if let Progress::TooLarge(estimate) = news {
                said = Some(*estimate);
            }
        });
    assert!(matches!(cut.ending, Ending::TooLarge(_)), "{cut}");
    let said = said.unwrap().states;
    assert!(
        said > report.states / 10 && said < report.states * 10,
        "{said} for {}",
        report.states
    );
}

/// What a world leaves out is named.
#[test]
fn a_report_says_what_it_did_not_cover() {
    let small = world(&["2021-02-api"], ValidationClass::Dv, UNIT);
    let report = Explorer::new(&small).run();
    let text = report.to_string();
    for part in [
        "every state was looked at",
        "after 1 order",
        "statuses that none showed: Not Activated,",
        "commands that were never granted: Apply, ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
