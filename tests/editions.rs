//! The published rules, read back: the sixteen named editions and every dated fact between them. The
//! numbers here are written by hand from the documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

#[path = "support/golden.rs"]
#[allow(unreachable_pub, reason = "it is shared with other tests")]
mod golden;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cert_lifecycle::model::Channel::{self, Api, ApiV2, Console};
use cert_lifecycle::model::Site::{self, Cn, Intl};
use cert_lifecycle::model::{Offset, Status, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, Cite, Edition, Field, Method, RefundAct, RefundCase, RefundTrigger, Review,
    Rulebook, Standing, Unused,
};

fn edition(key: &str) -> Edition {
    Rulebook::published().edition(key).unwrap()
}

/// What an edition says about a kind of value, in its canonical words.
fn text(edition: &Edition, field: Field) -> String {
    let lines = edition.lines();
    let line = lines.into_iter().find(|line| line.field == field).unwrap();
    line.text
}

/// The editions as a file: the first of a site and channel in full, the others as far as they differ
/// from the one before.
#[test]
fn the_sixteen_editions_are_the_committed_ones() {
    let book = Rulebook::published();
    let mut made = String::from(
        "The sixteen named editions: the first of a site and channel in full, each later one as far as\n\
         it differs from the one before on the same site and channel.\n",
    );
    let mut before: BTreeMap<(&str, &str), Edition> = BTreeMap::new();
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let door = (point.site.word(), point.channel.word());
        write!(
            made,
            "\n[{}] {}, {} {}",
            point.key, point.day, door.0, door.1
        )
        .unwrap();
        let old = before.get(&door);
        match old {
            Some(old) => writeln!(made, ", after {}", old.key()).unwrap(),
            None => made.push('\n'),
        }
        let ground = |cite: &Cite| format!("[{}; {}]", cite.sources, cite.standing.word());
        let old: BTreeMap<Field, (String, String)> = old.map_or_else(BTreeMap::new, |old| {
            let lines = old.lines().into_iter();
            lines
                .map(|line| (line.field, (line.text, ground(line.cite))))
                .collect()
        });
        for line in edition.lines() {
            let (word, ground) = (line.field.word(), ground(line.cite));
            match old.get(&line.field) {
                Some(before) if *before == (line.text.clone(), ground.clone()) => {}
                Some((text, _)) if *text == line.text => {
                    writeln!(made, "  {word}: the same {ground}").unwrap();
                }
                Some(_) | None => writeln!(made, "  {word}: {} {ground}", line.text).unwrap(),
            }
        }
        before.insert(door, edition);
    }
    golden::compare("editions.txt", &made);
}

/// The digests of every published edition, named or not, for each site and channel: what stored cases
/// are pinned to (L9).
///
/// A release that changes a line here has cases in stores that no longer find their rules in
/// `Rulebook::published()`. It must hand the former book over: as a file that `codec::rulebook::write`
/// made with the release before, for `Rules::with_former`; and the changelog must say so. The digest is
/// taken over the texts of all values, so that a new kind of value or other words for an old one change
/// it too.
#[test]
fn the_digests_of_the_published_editions_are_the_committed_ones() {
    let book = Rulebook::published();
    let clauses = Field::ALL.iter().flat_map(|f| book.parts().clauses(*f));
    let days: BTreeSet<_> = clauses.map(|clause| clause.from).collect();
    let mut made = String::from(
        "The digest of each published edition, as cases in stores are pinned to it. A release that\n\
         changes one hands over the former rulebook (see the test).\n\n",
    );
    let mut pins = BTreeMap::new();
    for site in Site::ALL {
        for channel in Channel::ALL {
            for day in &days {
                let at = day.midnight(Offset::hours(8));
                let edition = book.as_of(at, site, channel).unwrap();
                assert_eq!(book.pinned(&edition.pin()).unwrap().pin(), edition.pin());
                pins.insert(edition.key(), edition.digest());
            }
        }
    }
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        assert_eq!(pins.get(&point.key), Some(&edition.digest()));
    }
    for (key, digest) in pins {
        writeln!(made, "{key} {digest}").unwrap();
    }
    golden::compare("edition_digests.txt", &made);
}

/// Every kind of value has an answer from the first day of the documents on, everywhere: on the first
/// day of each clause, and on the day before it.
#[test]
fn every_day_since_the_beginning_resolves() {
    let book = Rulebook::published();
    let first: Timestamp = "2018-06-07T00:00:00+08:00".parse().unwrap();
    let clauses = Field::ALL.iter().flat_map(|f| book.parts().clauses(*f));
    let midnights = clauses.map(|clause| clause.from.midnight(Offset::hours(8)));
    let midnights: BTreeSet<Timestamp> = midnights.collect();
    assert_eq!(midnights.first(), Some(&first));
    assert!(midnights.len() > 50);
    for site in Site::ALL {
        for channel in Channel::ALL {
            assert!(book.as_of(first.saturating_add(-1), site, channel).is_err());
            let days = midnights.iter().flat_map(|at| [at.saturating_add(-1), *at]);
            for at in days.filter(|at| *at >= first) {
                let edition = book.as_of(at, site, channel).unwrap();
                let again = book.edition(edition.key().as_str()).unwrap();
                assert_eq!(again, edition, "{}", edition.key());
            }
        }
    }
}

/// Keys, days, sites and channels of the points.
#[test]
fn there_are_sixteen_points() {
    let expected = [
        ("2018-06", "2018-06-09", Cn, Console),
        ("2019-03", "2019-03-07", Cn, Console),
        ("2019-08-intl", "2019-08-15", Intl, Console),
        ("2020-09", "2020-09-15", Cn, Console),
        ("2020-12", "2020-12-08", Cn, Console),
        ("2021-01-intl", "2021-01-22", Intl, Console),
        ("2021-02-api", "2021-02-26", Cn, Api),
        ("2021-04-cn", "2021-04-22", Cn, Console),
        ("2021-05-intl", "2021-05-20", Intl, Console),
        ("2021-07-cn", "2021-07-14", Cn, Console),
        ("2022-hosting", "2022-01-01", Intl, Console),
        ("2023-api", "2023-10-16", Intl, Api),
        ("2024-10-intl", "2024-10-25", Intl, Console),
        ("2025-12-api", "2025-12-23", Intl, Api),
        ("2026-03", "2026-03-31", Cn, Console),
        ("2026-v2", "2026-07-10", Cn, ApiV2),
    ];
    let book = Rulebook::published();
    let points = book.points().iter();
    let points: Vec<_> = points
        .map(|p| (p.key.to_string(), p.day.to_string(), p.site, p.channel))
        .collect();
    let expected =
        expected.map(|(key, day, site, channel)| (key.into(), day.into(), site, channel));
    assert_eq!(points, expected);
    // A day's own edition is the named one.
    for (key, day, site, channel) in expected {
        let at = format!("{day}T00:00:00+08:00").parse().unwrap();
        let edition = book.as_of(at, site, channel).unwrap();
        assert_eq!(edition.key().to_string(), key);
    }
}

/// A way to get money back: condition, add-on, bounds, handling.
type Way = (RefundCase, AddOn, Vec<(u16, Anchor, RefundAct)>, Review);

fn ways(edition: &Edition) -> Vec<Way> {
    let clauses = edition.refund().value.clauses.iter();
    clauses
        .map(|way| {
            let limits = way.limits.iter();
            let limits = limits.map(|l| (l.days, l.anchor, l.act)).collect();
            (way.case, way.add_on, limits, way.review)
        })
        .collect()
}

/// 3.3, edition by edition.
#[test]
fn refunds_by_edition() {
    use AddOn::{Any, With, Without};
    use Anchor::{Issuance, Payment};
    use RefundAct::{Claim, RevocationCompleted as Completed, RevocationRequested as Requested};
    use RefundCase::{Revoked, Unissued};
    use Review::{Instant, WorkingDays};
    let any_time = || (Unissued, Any, vec![], WorkingDays(5));
    let table = |revoked| {
        vec![
            (Unissued, Any, vec![(5, Payment, Claim)], Instant),
            (Unissued, Any, vec![], WorkingDays(15)),
            (Revoked, Any, vec![revoked], WorkingDays(15)),
        ]
    };
    let revoked = |limit, review| (Revoked, Any, vec![limit], review);
    let seven = || {
        vec![
            (Unissued, Any, vec![(7, Payment, Claim)], WorkingDays(15)),
            (
                Revoked,
                Any,
                vec![(7, Payment, Completed), (7, Payment, Claim)],
                WorkingDays(15),
            ),
        ]
    };
    let add_on = |case| {
        [(Without, 7), (With, 30)]
            .map(|(add_on, days)| (case, add_on, vec![(days, Payment, Claim)], WorkingDays(15)))
    };
    let expected = [
        ("2018-06", vec![any_time()]),
        (
            "2019-03",
            vec![any_time(), revoked((30, Issuance, Claim), WorkingDays(5))],
        ),
        (
            "2019-08-intl",
            vec![any_time(), revoked((30, Issuance, Requested), Instant)],
        ),
        ("2020-09", table((30, Issuance, Completed))),
        ("2020-12", table((28, Issuance, Completed))),
        ("2021-01-intl", table((30, Issuance, Claim))),
        ("2021-02-api", table((28, Issuance, Completed))),
        (
            "2021-04-cn",
            vec![
                (Unissued, Any, vec![(28, Payment, Claim)], WorkingDays(15)),
                (
                    Revoked,
                    Any,
                    vec![(28, Payment, Claim), (28, Issuance, Completed)],
                    WorkingDays(15),
                ),
            ],
        ),
        ("2021-05-intl", table((28, Issuance, Completed))),
        ("2021-07-cn", [add_on(Unissued), add_on(Revoked)].concat()),
        ("2022-hosting", table((28, Issuance, Completed))),
        ("2023-api", table((28, Issuance, Completed))),
        ("2024-10-intl", seven()),
        ("2025-12-api", seven()),
        ("2026-03", seven()),
        ("2026-v2", seven()),
    ];
    assert_eq!(expected.len(), Rulebook::published().points().len());
    for (key, expected) in expected {
        let edition = edition(key);
        assert_eq!(ways(&edition), expected, "{key}");
        let on_revocation = key == "2019-08-intl";
        let trigger = edition.refund_trigger().value;
        assert_eq!(trigger == RefundTrigger::OnRevocation, on_revocation);
        // Calendar days everywhere but between two instants of V2.
        let rolling = edition
            .refund()
            .value
            .clauses
            .iter()
            .flat_map(|way| &way.limits)
            .any(|limit| limit.method == Method::Rolling);
        assert_eq!(rolling, key == "2026-v2", "{key}");
    }
}

/// 3.1, 3.4, 3.5, 3.7, 3.8: the numbers, edition by edition.
#[test]
fn numbers_by_edition() {
    // Key, days of notice, days and method of a returning unit, of a plan's refund (0: none), years
    // of hosting for DV, OV and EV, revocations.
    let expected = [
        ("2018-06", 30, 30, 0, [0, 0, 0], "unlimited"),
        ("2019-03", 30, 30, 0, [0, 0, 0], "unlimited"),
        ("2019-08-intl", 30, 30, 0, [0, 0, 0], "unlimited"),
        ("2020-09", 30, 30, 0, [2, 2, 2], "unlimited"),
        ("2020-12", 30, 30, 30, [2, 2, 2], "unlimited"),
        ("2021-01-intl", 60, 30, 30, [0, 0, 0], "unlimited"),
        ("2021-02-api", 30, 30, 0, [4, 2, 0], "unlimited"),
        ("2021-04-cn", 30, 28, 28, [4, 2, 0], "account"),
        ("2021-05-intl", 30, 28, 30, [0, 0, 0], "account"),
        ("2021-07-cn", 30, 30, 7, [4, 4, 4], "account"),
        ("2022-hosting", 30, 28, 30, [3, 3, 3], "account"),
        ("2023-api", 30, 28, 0, [0, 0, 0], "product"),
        ("2024-10-intl", 30, 28, 7, [3, 3, 3], "product"),
        ("2025-12-api", 30, 28, 7, [0, 0, 0], "product"),
        ("2026-03", 30, 28, 7, [4, 4, 4], "product"),
        ("2026-v2", 30, 28, 7, [0, 0, 0], "product"),
    ];
    assert_eq!(expected.len(), Rulebook::published().points().len());
    for (key, notice, back, plan, years, revocations) in expected {
        let edition = edition(key);
        assert_eq!(edition.notice().value.within_days, notice, "{key}");
        assert_eq!(edition.return_rule().days, back, "{key}");
        let days = edition.plan_refund().value.days;
        assert_eq!(days.unwrap_or(0), plan, "{key}");
        let hosting = edition.hosting_years().value;
        let sold = ValidationClass::ALL.map(|class| hosting.most(class));
        assert_eq!(sold, years, "{key}");
        let limit = text(&edition, Field::RevocationLimit);
        assert!(limit.contains(revocations), "{key}: {limit}");
        // to the second from 2023-10-16 on.
        let rolling = edition.return_rule().method == Method::Rolling;
        assert_eq!(rolling, key >= "2023-api", "{key}");
        // one page counts from the purchase.
        let anchor = text(&edition, Field::ReturnAnchor);
        let expected = if key == "2021-07-cn" {
            "purchase"
        } else {
            "issuance"
        };
        assert_eq!(anchor, expected, "{key}");
        // what unused means.
        let unused = edition.plan_refund().value.unused;
        let never = matches!(
            key,
            "2018-06"
                | "2019-03"
                | "2019-08-intl"
                | "2020-09"
                | "2020-12"
                | "2021-01-intl"
                | "2021-05-intl"
                | "2022-hosting"
        );
        assert_eq!(unused == Unused::NeverApplied, never, "{key}");
    }
}

/// 3.6: what is deleted, of one's own and of uploaded certificates, and orders.
#[test]
fn deletion_by_edition() {
    const UNNEEDED: &str = "Issued, Hosted, Pending Expiration, Expired, Revoked";
    const OVER: &str = "Expired, Revoked";
    const ENDED: &str = "Validation Failed, Pending Application";
    let expected = [
        ("2018-06", UNNEEDED, ENDED),
        ("2019-03", UNNEEDED, ENDED),
        ("2019-08-intl", UNNEEDED, ENDED),
        ("2020-09", OVER, "none"),
        ("2020-12", OVER, "none"),
        ("2021-01-intl", UNNEEDED, "none"),
        ("2021-02-api", OVER, ENDED),
        ("2021-04-cn", OVER, "none"),
        ("2021-05-intl", OVER, "none"),
        ("2021-07-cn", OVER, "none"),
        ("2022-hosting", OVER, "none"),
        ("2023-api", "Expired", ENDED),
        ("2024-10-intl", OVER, "none"),
        ("2025-12-api", "Expired", ENDED),
        ("2026-03", OVER, "none"),
        ("2026-v2", "Expired, Refunded, Closed", "none"),
    ];
    for (key, own, orders) in expected {
        let edition = edition(key);
        assert_eq!(text(&edition, Field::Deletion), own, "{key}");
        assert_eq!(text(&edition, Field::OrderDeletion), orders, "{key}");
        assert_eq!(
            text(&edition, Field::DeletionOfUploaded),
            "Issued, Hosted, Pending Expiration, Expired",
            "{key}"
        );
        // A certificate whose revocation is under way is neither deleted nor downloaded.
        for status in [Status::RevocationToConfirm, Status::ValidatingRevocation] {
            assert!(!edition.deletion().value.contains(status));
            assert!(!edition.download().value.contains(status));
        }
        let undeployed = edition.point().day.to_string().as_str() >= "2021-04-22";
        let allowed = edition.deletion_of_deployed().value.allows();
        assert_eq!(allowed, !undeployed, "{key}");
    }
}

/// 3.15: the cloud products.
#[test]
fn targets_by_edition() {
    const TWO: &str = "CDN, SLB";
    const FOUR: &str = "CDN, SLB, SCDN, DCDN";
    const OF_HOSTING: &str = "CDN, WAF, DCDN, DDoS, Live";
    const OF_2021: &str = "WAF, OSS, CLB, ALB, CDN, SCDN, DCDN, Live, DDoS";
    const OF_2024: &str = "SAE, MSE, API-Gateway, GA, FC, OSS, WAF, ALB, NLB, CDN, DCDN, DDoS";
    const OF_2026: &str = "SAE, MSE, API-Gateway, GA, FC, OSS, WAF, ALB, NLB, CDN, DCDN, DDoS, \
                           SLB, Live, WebHosting, VOD, CR, Tencent, Huawei, AWS";
    let expected = [
        ("2018-06", TWO),
        ("2019-03", FOUR),
        ("2019-08-intl", TWO),
        ("2020-09", OF_HOSTING),
        ("2020-12", OF_HOSTING),
        ("2021-01-intl", TWO),
        ("2021-02-api", OF_HOSTING),
        ("2021-04-cn", OF_HOSTING),
        ("2021-05-intl", TWO),
        ("2021-07-cn", OF_2021),
        ("2022-hosting", OF_2021),
        ("2023-api", OF_2021),
        ("2024-10-intl", OF_2024),
        ("2025-12-api", OF_2024),
        ("2026-03", OF_2024),
        ("2026-v2", OF_2026),
    ];
    for (key, targets) in expected {
        assert_eq!(text(&edition(key), Field::Targets), targets, "{key}");
    }
}

/// T-03, T-04, T-09, T-10, T-15: the console and the interfaces are not one.
#[test]
fn channels_differ() {
    for point in Rulebook::published().points() {
        let edition = edition(point.key.as_str());
        let first = text(&edition, Field::VerifiedFirst);
        let applying = text(&edition, Field::Applying);
        let (classes, states) = match point.channel {
            Console => ("DV", "Validation Failed, Pending Application"),
            Api => ("DV, OV, EV", "Pending Application"),
            ApiV2 => ("DV, OV, EV", "Validation Failed, Pending Application"),
        };
        assert_eq!((first.as_str(), applying.as_str()), (classes, states));
        let closes = edition.closing().value.allows();
        assert_eq!(closes, point.channel == Console);
        assert_eq!(edition.modules().value.iter().count() == 0, !closes);
    }
}

/// Every dated fact of the documents: what was in force one second before its day, and from its first
/// second on, at +08:00.
#[test]
fn each_dated_fact_begins_on_its_day() {
    let book = Rulebook::published();
    let lines = include_str!("data/dated_facts.txt").lines();
    let mut count = 0;
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (place, values) = line.split_once(": ").expect(line);
        let (before, after) = values.split_once(" -> ").expect(line);
        let place: Vec<&str> = place.split(' ').collect();
        let [day, site, channel, kind] = place[..] else {
            panic!("{line}")
        };
        let site = Site::ALL.into_iter().find(|s| s.word() == site);
        let channel = Channel::ALL.into_iter().find(|c| c.word() == channel);
        let field = Field::ALL.iter().find(|f| f.word() == kind).expect(line);
        let midnight: Timestamp = format!("{day}T00:00:00+08:00").parse().unwrap();
        let on = |at| {
            let edition = book.as_of(at, site.expect(line), channel.expect(line));
            text(&edition.unwrap(), *field)
        };
        assert_ne!(before, after, "{line}");
        assert_eq!(on(midnight.saturating_add(-1)), before, "before {line}");
        assert_eq!(on(midnight), after, "{line}");
        count += 1;
    }
    assert!(count > 90, "{count}");
}

/// No value changes on a day that the documents have no fact for: each change of a value, on each
/// site and channel, is in the list of facts or one of the refunds below, which have their own test.
#[test]
fn nothing_changes_without_a_fact() {
    let facts = include_str!("data/dated_facts.txt");
    let known: BTreeSet<(String, String)> = facts
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (day, kind) = (words.next()?, words.nth(2)?);
            Some((day.to_owned(), kind.trim_end_matches(':').to_owned()))
        })
        .collect();
    let book = Rulebook::published();
    let mut unknown = BTreeSet::new();
    for field in Field::ALL.iter().filter(|field| **field != Field::Refund) {
        for site in Site::ALL {
            for channel in Channel::ALL {
                let clauses = book.parts().clauses(*field);
                let ours = clauses.iter().filter(|c| c.scope.covers(site, channel));
                let ours: Vec<_> = ours.collect();
                for pair in ours.windows(2) {
                    let fact = (pair[1].from.to_string(), field.word().to_owned());
                    if pair[0].text != pair[1].text && !known.contains(&fact) {
                        unknown.insert(format!("{} {} {site:?} {channel:?}", fact.0, fact.1));
                    }
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// The refund pages between the named editions.
#[test]
fn refunds_between_the_editions() {
    use Anchor::{Issuance, Payment};
    use RefundAct::{Claim, RevocationCompleted as Completed, RevocationRequested as Requested};
    let book = Rulebook::published();
    let days = |at: &str, site| {
        let at = format!("{at}+08:00").parse().unwrap();
        let edition = book.as_of(at, site, Console).unwrap();
        let clauses = edition.refund().value.clauses.iter();
        let revoked = clauses.filter(|way| way.case == RefundCase::Revoked);
        let limits = revoked.flat_map(|way| way.limits.iter().copied());
        limits
            .map(|limit| (limit.days, limit.anchor, limit.act))
            .collect::<Vec<_>>()
    };
    let cn = [
        ("2019-03-06T23:59:59", vec![]),
        ("2019-04-15T23:59:59", vec![(30, Issuance, Claim)]),
        ("2019-04-16T00:00:00", vec![(30, Issuance, Completed)]),
        ("2019-09-05T00:00:00", vec![(30, Issuance, Completed)]),
        ("2020-12-07T23:59:59", vec![(30, Issuance, Completed)]),
        ("2020-12-08T00:00:00", vec![(28, Issuance, Completed)]),
        ("2021-04-18T23:59:59", vec![(28, Issuance, Completed)]),
        (
            "2021-04-19T00:00:00",
            vec![(28, Payment, Claim), (28, Issuance, Completed)],
        ),
        (
            "2021-07-12T00:00:00",
            vec![(7, Payment, Claim), (30, Payment, Claim)],
        ),
        (
            "2026-03-17T23:59:59",
            vec![(7, Payment, Claim), (30, Payment, Claim)],
        ),
        (
            "2026-03-18T00:00:00",
            vec![(7, Payment, Completed), (7, Payment, Claim)],
        ),
    ];
    for (at, expected) in cn {
        assert_eq!(days(at, Cn), expected, "{at}");
    }
    let intl = [
        ("2019-08-05T23:59:59", vec![]),
        ("2019-08-06T00:00:00", vec![(30, Issuance, Completed)]),
        ("2019-08-15T00:00:00", vec![(30, Issuance, Requested)]),
        ("2020-12-29T23:59:59", vec![(30, Issuance, Requested)]),
        ("2020-12-30T00:00:00", vec![(28, Issuance, Completed)]),
        ("2021-01-22T00:00:00", vec![(30, Issuance, Claim)]),
        ("2021-03-11T23:59:59", vec![(30, Issuance, Claim)]),
        ("2021-03-12T00:00:00", vec![(28, Issuance, Completed)]),
        ("2024-10-24T23:59:59", vec![(28, Issuance, Completed)]),
        (
            "2024-10-25T00:00:00",
            vec![(7, Payment, Completed), (7, Payment, Claim)],
        ),
    ];
    for (at, expected) in intl {
        assert_eq!(days(at, Intl), expected, "{at}");
    }
}

/// How firmly some of the values stand: what the documents say, what is read out of them, and what is
/// our choice.
#[test]
fn standings() {
    let expected = [
        ("2021-01-intl", Field::Notice, "S0, RN21a", Standing::Stated),
        // The page does not say that the certificate is revoked before.
        (
            "2019-03",
            Field::Refund,
            "RF19a, RF19b, C2",
            Standing::Inferred,
        ),
        (
            "2019-08-intl",
            Field::Refund,
            "S1, RF18, C2",
            Standing::Declared,
        ),
        (
            "2019-08-intl",
            Field::RefundTrigger,
            "S1",
            Standing::Declared,
        ),
        ("2019-08-intl", Field::Targets, "S1", Standing::Stated),
        (
            "2019-08-intl",
            Field::Withdrawal,
            "WD19",
            Standing::Inferred,
        ),
        (
            "2020-12",
            Field::Refund,
            "RF20c, RF20b, C2",
            Standing::Stated,
        ),
        (
            "2021-01-intl",
            Field::Refund,
            "S0, RF20c, C2",
            Standing::Inferred,
        ),
        // Of uploaded certificates no page before 2024 speaks.
        (
            "2021-01-intl",
            Field::Messages,
            "S0, RN21a, NT24",
            Standing::Inferred,
        ),
        (
            "2021-07-cn",
            Field::Messages,
            "NT21, NT24",
            Standing::Inferred,
        ),
        (
            "2021-02-api",
            Field::ReturnDays,
            "S3, A21",
            Standing::Stated,
        ),
        ("2021-02-api", Field::ReturnMethod, "C2", Standing::Declared),
        ("2021-02-api", Field::PlanRefund, "S3", Standing::Inferred),
        (
            "2021-04-cn",
            Field::RevocationLimit,
            "RV21b",
            Standing::Stated,
        ),
        ("2021-07-cn", Field::ReturnDays, "RF21c", Standing::Stated),
        ("2022-hosting", Field::HostingYears, "S2", Standing::Stated),
        (
            "2022-hosting",
            Field::HostingTrigger,
            "S2, HS21c",
            Standing::Inferred,
        ),
        ("2023-api", Field::Consumption, "S4, A24", Standing::Stated),
        (
            "2025-12-api",
            Field::OrderCancellation,
            "A25",
            Standing::Inferred,
        ),
        (
            "2026-03",
            Field::Refund,
            "RF26, RF20a, C2",
            Standing::Inferred,
        ),
        (
            "2026-v2",
            Field::HostingOfUploaded,
            "V2, HS26",
            Standing::Stated,
        ),
        ("2026-v2", Field::VerifiedFirst, "SDK", Standing::Declared),
    ];
    for (key, field, sources, standing) in expected {
        stands(key, field, sources, standing);
    }
}

fn stands(key: &str, field: Field, sources: &str, standing: Standing) {
    let edition = edition(key);
    let lines = edition.lines();
    let line = lines.iter().find(|line| line.field == field).unwrap();
    let (found, firm) = (line.cite.sources.to_string(), line.cite.standing);
    assert_eq!(
        (found.as_str(), firm),
        (sources, standing),
        "{key} {}",
        field.word()
    );
}

/// A page of the API says nothing of the console, and none is cited before it was written.
#[test]
fn a_page_speaks_for_its_own_channel_and_time() {
    let withdrawal = |key, standing| stands(key, Field::Withdrawal, "S3, A21", standing);
    withdrawal("2021-02-api", Standing::Stated);
    withdrawal("2021-04-cn", Standing::Inferred);
    withdrawal("2021-05-intl", Standing::Inferred);
    stands(
        "2021-02-api",
        Field::OrderCancellation,
        "A21",
        Standing::Stated,
    );
}
