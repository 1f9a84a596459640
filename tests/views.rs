//! Views: what interfaces show of what the lifecycle decides.
//!
//! `tests/data/wire_values.txt` is the committed twin of the wire tables, to be compared with the
//! documents by hand; `UPDATE=1` writes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop on the first surprise"
)]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cert_lifecycle::lifecycle::CommandKind;
use cert_lifecycle::model::{Status, StatusSet, ValidationMethod};
use cert_lifecycle::rulebook::{
    Dated, Edition, Module, ModuleSet, Rulebook, Scope, Sourced, Standing,
};
use cert_lifecycle::view::Reading;
use cert_lifecycle::view::group::{Group, Overview};
use cert_lifecycle::view::label::{self, LabelContext, Language, labels};
use cert_lifecycle::view::layout::{Layout, Tab};
use cert_lifecycle::view::modules::{Offered, commands, module, offered};
use cert_lifecycle::view::order::{Breach, OrderAnswer, OrderField};
use cert_lifecycle::view::wire::{OrderType, OriginMark, Seen, Term, WireCell, WireField};
use proptest::prelude::*;
use proptest::sample::select;
use support::golden;

const fn uploaded(status: Status) -> Seen {
    Seen {
        uploaded: true,
        ..Seen::of(status)
    }
}

const fn hosted(status: Status) -> Seen {
    Seen {
        hosted: true,
        ..Seen::of(status)
    }
}

const fn within(status: Status, term: Term) -> Seen {
    Seen {
        term,
        ..Seen::of(status)
    }
}

/// The cell in the golden table: the word in quotes, and the older spelling.
fn printed(cell: WireCell) -> String {
    let word = |word: Option<&str>| word.map_or_else(|| "-".to_owned(), |word| format!("{word:?}"));
    let older = cell
        .older
        .map_or_else(String::new, |older| format!(", once {older:?}"));
    let standing = cell.standing.word();
    format!("{:<38} {standing}", format!("{}{older}", word(cell.value)))
}

#[test]
fn r59_the_golden_table() {
    let mut made = String::from(
        "# What each interface writes for each state, and what reading it means.\n\
         # A further line for a state stands where an uploaded or hosted certificate, or one near\n\
         # its end or past it, is written in another way. \"-\": nothing is written.\n",
    );
    for &field in WireField::ALL {
        writeln!(made, "\n[{field}]").unwrap();
        let no_uploads = Status::ALL
            .into_iter()
            .all(|status| field.write(uploaded(status)).value.is_none());
        if no_uploads {
            writeln!(made, "(nothing is written for what was uploaded)").unwrap();
        }
        for status in Status::ALL {
            let plain = field.write(Seen::of(status));
            writeln!(made, "{:<40} {}", status.word(), printed(plain)).unwrap();
            let beside = [
                ("uploaded", uploaded(status)),
                ("hosted", hosted(status)),
                ("near its end", within(status, Term::Ending)),
                ("past its end", within(status, Term::Over)),
            ];
            for (name, seen) in beside {
                let cell = field.write(seen);
                if seen.shown() == status && cell != plain && !(seen.uploaded && no_uploads) {
                    let state = format!("{status}, {name}");
                    writeln!(made, "{state:<40} {}", printed(cell)).unwrap();
                }
            }
        }
        for word in field.printed() {
            let Reading::States(set) = field.read(word) else {
                writeln!(made, "  {word:?} is read as unknown").unwrap();
                continue;
            };
            writeln!(made, "  {word:?} is read as {set}").unwrap();
        }
    }
    golden::compare("wire_values.txt", &made);
}

/// Every cell comes back, in both spellings and whatever the case.
#[test]
fn r59_every_cell_round_trips() {
    let mut cells = 0;
    for &field in WireField::ALL {
        for seen in Seen::all() {
            let cell = field.write(seen);
            for word in [cell.value, cell.older].into_iter().flatten() {
                for spelt in [
                    word.to_owned(),
                    word.to_uppercase(),
                    word.to_lowercase(),
                    word.replace('_', ""),
                    word.replace(' ', "_"),
                ] {
                    let reading = field.read(&spelt);
                    assert!(reading.may_be(seen.shown()), "{field} {spelt:?} {seen:?}");
                    assert_eq!(reading, field.read(word), "{field} {spelt:?}");
                    let told = Some(word) != field.unknown_word();
                    assert_eq!(reading != Reading::Unknown, told, "{field} {spelt:?}");
                }
                cells += 1;
            }
        }
    }
    assert!(cells > 1_000, "{cells} cells");
}

/// Reading claims nothing that is not written, and writing leaves nothing out that is read.
#[test]
fn r59_a_word_means_exactly_the_states_it_is_written_for() {
    for &field in WireField::ALL {
        for word in field.printed() {
            let Reading::States(set) = field.read(word) else {
                assert_eq!(field.unknown_word(), Some(word));
                continue;
            };
            let written: BTreeSet<Status> = Seen::all()
                .filter(|&seen| {
                    let cell = field.write(seen);
                    cell.value == Some(word) || cell.older == Some(word)
                })
                .map(Seen::shown)
                .collect();
            assert_eq!(
                set.iter().collect::<BTreeSet<_>>(),
                written,
                "{field} {word}"
            );
        }
    }
}

/// The documents' own list of words, field by field: no word more, no word less.
#[test]
fn r59_every_field_has_the_words_of_its_page() {
    use WireField as F;
    let pages: [(WireField, &[&str]); 9] = [
        (
            F::StateType,
            &[
                "payed",
                "domain_verify",
                "process",
                "verify_fail",
                "certificate",
                "unknow",
            ],
        ),
        (
            F::OrderStatus,
            &[
                "NOTACTIVATED",
                "PAYED",
                "CHECKING",
                "CHECKED_FAIL",
                "ISSUED",
                "WILLEXPIRED",
                "EXPIRED",
                "REVOKED",
            ],
        ),
        (F::TrusteeStatus, &["trustee", "unTrustee"]),
        (
            F::DeploymentStatus,
            &[
                "payed",
                "checking",
                "checkedFail",
                "issued",
                "trustee",
                "willExpired",
                "expired",
                "revokeChecking",
                "revoked",
                "refund",
                "closed",
                "upload",
            ],
        ),
        (
            F::InstanceStatus,
            &[
                "inactive",
                "pending",
                "willExpire",
                "expired",
                "refund",
                "normal",
                "closed",
            ],
        ),
        (
            F::CertificateStatus,
            &["", "issued", "revoked", "willExpire", "expired"],
        ),
        (F::AutoReissue, &["enable", "disable"]),
        (
            F::OrderStatus2018,
            &[
                "Paid",
                "Verifying",
                "Verification Failed",
                "PAYED",
                "CHECKING",
                "CHECKED_FAIL",
                "Pending Verification",
                "Pending Verification for Revocation",
                "Verifying Revocation",
                "Issued",
            ],
        ),
        (
            F::DvOrderStatus,
            &["checking", "issued", "check_fail", "checked_fail"],
        ),
    ];
    assert_eq!(pages.map(|(field, _)| field), WireField::ALL);
    for (field, words) in pages {
        let ours: BTreeSet<&str> = field.printed().into_iter().collect();
        let page: BTreeSet<&str> = words.iter().copied().collect();
        assert_eq!(ours, page, "{field}");
    }
}

#[test]
fn r59_x28_both_spellings_are_read() {
    use WireField as F;
    for (field, one, two) in [
        (F::DvOrderStatus, "check_fail", "checked_fail"),
        (F::DeploymentStatus, "checkedFail", "CHECKED_FAIL"),
        (F::DeploymentStatus, "check_fail", "checkedFail"),
        (F::OrderStatus2018, "Paid", "PAYED"),
        (F::OrderStatus2018, "Verifying", "CHECKING"),
        (F::OrderStatus2018, "Verification Failed", "CHECKED_FAIL"),
        (F::OrderStatus, "paid", "PAYED"),
        (F::OrderStatus, "willExpire", "WILLEXPIRED"),
        (F::InstanceStatus, "willExpired", "willExpire"),
        (F::DeploymentStatus, "WILLEXPIRED", "willExpired"),
    ] {
        assert_ne!(field.read(one), Reading::Unknown, "{field} {one}");
        assert_eq!(field.read(one), field.read(two), "{field} {one} {two}");
    }
}

#[test]
fn r59_unknown_words_are_unknown() {
    for &field in WireField::ALL {
        for word in [
            "unknown",
            "on holiday",
            "ISSUE",
            "REVOKE",
            "issued!",
            "_",
            " ",
            "未知",
        ] {
            assert_eq!(field.read(word), Reading::Unknown, "{field} {word:?}");
        }
        assert_eq!(field.read(&"i".repeat(1_000_000)), Reading::Unknown);
        let empty = field.read("") == Reading::Unknown;
        assert_eq!(empty, field != WireField::CertificateStatus);
    }
    // A word of another field.
    assert_eq!(WireField::InstanceStatus.read("issued"), Reading::Unknown);
    assert_eq!(
        WireField::StateType.read("PAID").only(),
        Some(Status::PendingApplication)
    );
    assert_eq!(
        WireField::DeploymentStatus.read("validity"),
        Reading::Unknown
    );
}

/// The vendor's spelling stays, and says nothing.
#[test]
fn r59_unknow_is_written_as_printed() {
    let field = WireField::StateType;
    let cell = field.write(Seen::of(Status::Revoked));
    assert_eq!(
        (cell.value, cell.standing),
        (Some("unknow"), Standing::Inferred)
    );
    assert_eq!(field.unknown_word(), Some("unknow"));
    assert_eq!(field.read("unknow"), Reading::Unknown);
}

/// Each of these states has a word somewhere; of a review of a refund no interface speaks.
#[test]
fn r59_every_state_that_has_a_word() {
    let wordless = StatusSet::of(&[
        Status::RefundReview,
        Status::Cancelled,
        Status::Merged,
        Status::Deleted,
    ]);
    for status in Status::ALL {
        let mut fields = WireField::ALL.iter();
        let told = fields.any(|field| field.write(Seen::of(status)).value.is_some());
        assert_eq!(told, !wordless.contains(status), "{status}");
    }
}

/// What is beside the status is used where the status leaves it open.
#[test]
fn r59_what_stands_beside_the_status() {
    use WireField as F;
    let word = |field: WireField, seen| field.write(seen).value;
    assert_eq!(
        word(F::DeploymentStatus, hosted(Status::Issued)),
        Some("trustee")
    );
    let near = within(Status::Hosted, Term::Ending);
    assert_eq!(word(F::DeploymentStatus, near), Some("willExpired"));
    assert_eq!(word(F::TrusteeStatus, near), Some("trustee"));
    assert_eq!(word(F::AutoReissue, near), Some("enable"));
    // An upload is shown as such until it nears its end.
    assert_eq!(
        word(F::DeploymentStatus, uploaded(Status::Issued)),
        Some("upload")
    );
    for (status, shown) in [
        (Status::PendingExpiration, "willExpired"),
        (Status::Expired, "expired"),
    ] {
        assert_eq!(word(F::DeploymentStatus, uploaded(status)), Some(shown));
    }
    assert_eq!(word(F::StateType, uploaded(Status::Issued)), None);
    // V2 goes on telling the time that a revoked certificate's instance has left.
    for (term, shown) in [
        (Term::Running, "normal"),
        (Term::Ending, "willExpire"),
        (Term::Over, "expired"),
    ] {
        let seen = within(Status::Revoked, term);
        assert_eq!(word(F::InstanceStatus, seen), Some(shown));
        assert_eq!(word(F::CertificateStatus, seen), Some("revoked"));
    }
}

#[test]
fn r59_two_words_together() {
    use WireField as F;
    let issued = F::OrderStatus.read("ISSUED");
    let both = issued.and(F::TrusteeStatus.read("unTrustee"));
    assert!(both.may_be(Status::Issued) && !both.may_be(Status::Hosted));
    assert_eq!(issued.and(Reading::Unknown), issued);
    assert_eq!(Reading::Unknown.and(issued), issued);
    let contradiction = F::OrderStatus.read("PAYED").and(issued);
    assert_eq!(contradiction, Reading::States(StatusSet::EMPTY));
    assert_eq!(contradiction.only(), None);
    assert!(!contradiction.may_be(Status::Issued));
}

#[test]
fn r59_filters_of_the_order_list() {
    assert_eq!(OrderType::read(""), Some(OrderType::Cpack));
    assert_eq!(OrderType::read("upload"), Some(OrderType::Upload));
    assert_eq!(OrderType::read("gift"), None);
    for &order_type in OrderType::ALL {
        assert_eq!(OrderType::read(order_type.word()), Some(order_type));
        let orders = matches!(order_type, OrderType::Cpack | OrderType::Buy);
        for word in WireField::OrderStatus.printed() {
            let certificate = ["ISSUED", "WILLEXPIRED", "EXPIRED"].contains(&word);
            assert_eq!(
                order_type.takes(word),
                orders || certificate,
                "{order_type} {word}"
            );
        }
        assert!(!order_type.takes("validity"));
        // All orders are listed, certificates only while they are valid.
        for status in [Status::PendingApplication, Status::Revoked, Status::Expired] {
            assert_eq!(
                order_type.lists(Seen::of(status)),
                orders,
                "{order_type} {status}"
            );
            assert!(!order_type.lists(uploaded(status)), "{order_type} {status}");
        }
        for status in [Status::Issued, Status::PendingExpiration] {
            let mine = order_type != OrderType::Upload;
            assert_eq!(order_type.lists(Seen::of(status)), mine, "{order_type}");
            assert_eq!(order_type.lists(uploaded(status)), !orders, "{order_type}");
        }
        assert!(!order_type.lists(Seen::of(Status::Deleted)));
    }
}

/// `validity` is a filter, not a state.
#[test]
fn r59_validity_is_neither_expired_nor_revoked() {
    let reading = WireField::DeploymentStatus.filter("validity");
    assert!(reading.may_be(Status::Issued) && reading.may_be(Status::PendingExpiration));
    assert!(!reading.may_be(Status::Expired) && !reading.may_be(Status::Revoked));
    assert!(!reading.may_be(Status::Deleted), "it has no row");
    assert_eq!(WireField::OrderStatus.filter("validity"), Reading::Unknown);
    let same = WireField::DeploymentStatus.filter("issued");
    assert_eq!(same.only(), Some(Status::Issued));
}

#[test]
fn r59_an_upload_is_marked_beside_the_status() {
    let marks = OriginMark::ALL.map(|mark| (mark.uploaded, mark.bought));
    assert_eq!(
        marks,
        [("true", "false"), ("UPLOAD", "BUY"), ("false", "true")]
    );
}

proptest! {
    /// any text is read, in any field and context.
    #[test]
    fn r59_reading_never_panics(
        field in select(WireField::ALL),
        context in select(LabelContext::ALL),
        word in any::<String>(),
    ) {
        let reading = field.read(&word);
        prop_assert_eq!(field.filter(&word), reading);
        let _ = label::read(&word, context);
        let _ = OrderType::read(&word);
        for &order_type in OrderType::ALL {
            let _ = order_type.takes(&word);
        }
    }

    /// a known word with something in it that no source shows is another word.
    #[test]
    fn r59_no_word_is_guessed(
        seen in select(Seen::all().collect::<Vec<_>>()),
        field in select(WireField::ALL),
        tail in "[a-z0-9!.]{1,4}",
    ) {
        if let Some(word) = field.write(seen).value {
            let longer = format!("{word}{tail}");
            let printed = field.printed();
            let other = printed.iter().any(|known| known.eq_ignore_ascii_case(&longer));
            prop_assume!(!other && !longer.eq_ignore_ascii_case("willexpired"));
            prop_assert_eq!(field.read(&longer), Reading::Unknown, "{}", longer);
        }
    }
}

/// Every name finds its state again; where a name is shared, the context tells.
#[test]
fn r59_every_label_finds_its_state() {
    for &language in Language::ALL {
        for status in Status::ALL {
            for name in labels(status, language) {
                let context = if status == Status::RefundReview {
                    LabelContext::Refund
                } else {
                    LabelContext::Application
                };
                assert_eq!(label::read(name, context).only(), Some(status), "{name}");
                assert!(
                    label::read(name, LabelContext::Untold).may_be(status),
                    "{name}"
                );
            }
        }
    }
    let nameless: Vec<Status> = Status::ALL
        .into_iter()
        .filter(|&status| labels(status, Language::English).is_empty())
        .collect();
    assert_eq!(
        nameless,
        [Status::Cancelled, Status::Merged, Status::Deleted]
    );
    assert_eq!(label::uploaded(Language::Chinese), "已上传");
    assert_eq!(
        label::read("no such name", LabelContext::Untold),
        Reading::Unknown
    );
    assert_eq!(label::read("", LabelContext::Untold), Reading::Unknown);
}

#[test]
fn x24_the_review_of_a_refund_has_the_name_of_the_cas() {
    for name in ["Validating Application", "申请审核中"] {
        let read = |context| label::read(name, context);
        assert_eq!(
            read(LabelContext::Application).only(),
            Some(Status::Validating)
        );
        assert_eq!(
            read(LabelContext::Refund).only(),
            Some(Status::RefundReview)
        );
        let both = StatusSet::of(&[Status::Validating, Status::RefundReview]);
        assert_eq!(read(LabelContext::Untold), Reading::States(both));
    }
    // 审核中 alone has no second meaning.
    let alone = label::read("审核中", LabelContext::Untold);
    assert_eq!(alone.only(), Some(Status::Validating));
}

#[test]
fn x25_a_refused_revocation_leaves_the_certificate_what_it_was() {
    let read = |context| label::read("审核失败", context);
    assert_eq!(
        read(LabelContext::Application).only(),
        Some(Status::ValidationFailed)
    );
    let revocation = read(LabelContext::Revocation);
    assert!(revocation.may_be(Status::Issued) && revocation.may_be(Status::Hosted));
    assert!(!revocation.may_be(Status::ValidationFailed) && !revocation.may_be(Status::Revoked));
    let untold = read(LabelContext::Untold);
    assert!(untold.may_be(Status::ValidationFailed) && untold.may_be(Status::Issued));
}

/// S1's five under its two groups, and every state in exactly one.
#[test]
fn r56_every_state_has_one_group() {
    let stated = |group: Group| -> Vec<Status> {
        Overview::Grouped
            .states()
            .iter()
            .copied()
            .filter(|&status| Group::of(status).group == group)
            .collect()
    };
    assert_eq!(
        stated(Group::Ordered),
        [
            Status::PendingApplication,
            Status::DomainVerification,
            Status::Revoked
        ]
    );
    assert_eq!(stated(Group::Issued), [Status::Issued, Status::Expired]);
    // What a page lists is stated, and nothing else is.
    for status in Status::ALL {
        let listed = Overview::Before2019.states().contains(&status);
        let standing = Group::of(status).standing;
        assert_eq!(standing == Standing::Stated, listed, "{status}");
    }
    assert_eq!(Group::of(Status::Closed).group, Group::Ordered);
    assert_eq!(Group::of(Status::Hosted).group, Group::Issued);
    assert_eq!(Group::of(Status::Validating).group, Group::Ordered);
    assert_eq!(Group::Ordered.chinese(), "未签发");
}

#[test]
fn r56_the_lists_of_the_pages() {
    let before: BTreeSet<_> = Overview::Before2019.states().iter().collect();
    let grouped: BTreeSet<_> = Overview::Grouped.states().iter().collect();
    assert_eq!(
        before.difference(&grouped).collect::<Vec<_>>(),
        [&&Status::Closed]
    );
    let flat = Overview::Flat.states();
    assert_eq!(flat.iter().collect::<BTreeSet<_>>().len(), 8);
    assert_eq!(
        Overview::Hosting.states().split_at(8),
        (flat, [Status::Hosted, Status::NotActivated].as_slice())
    );
    for &page in Overview::ALL {
        // A page shows only what has a name.
        for &status in page.states() {
            assert!(!labels(status, Language::English).is_empty(), "{status}");
        }
        assert_eq!(
            page.is_grouped(),
            page.states().contains(&Status::DomainVerification)
        );
    }
}

/// R-57; that no decision can depend on the layout is held by `tests/architecture.rs`.
#[test]
fn r57_card_and_list() {
    assert_eq!(Layout::ALL, [Layout::Card, Layout::List]);
    assert_eq!(Layout::default(), Layout::Card);
    for &layout in Layout::ALL {
        assert_ne!(layout.toggled(), layout);
        assert_eq!(layout.toggled().toggled(), layout);
    }
}

/// The edition of S1's point, with these modules.
fn with_modules(modules: &[Module]) -> Edition {
    let mut parts = Rulebook::published().parts().clone();
    let from = parts.points.iter().map(|point| point.day).min().unwrap();
    parts.modules = vec![Dated {
        from,
        scope: Scope::ALL,
        value: Sourced::declared(ModuleSet::of(modules), "S1"),
    }];
    let book = Rulebook::new(parts).unwrap();
    book.edition("2019-08-intl").unwrap()
}

/// what the page offers is what the edition's modules say, and nothing else.
#[test]
fn r58_the_page_offers_what_its_modules_stand_for() {
    for &there in Module::ALL {
        let edition = with_modules(&[there]);
        for kind in CommandKind::ALL {
            let expected = match module(kind) {
                None => Offered::Elsewhere,
                Some(its) if its == there => Offered::Here(its),
                Some(its) => Offered::NotYet(its),
            };
            assert_eq!(offered(kind, &edition), expected, "{kind} {there}");
        }
        let all = if there == Module::Tabs { Tab::ALL } else { &[] };
        assert_eq!(Tab::offered(&edition), all);
    }
    let nothing = with_modules(&[]);
    assert_eq!(
        offered(CommandKind::Submit, &nothing),
        Offered::NotYet(Module::Apply)
    );
}

/// the modules and their commands.
#[test]
fn r58_commands_of_the_modules() {
    use CommandKind as K;
    let of = |module| commands(module).collect::<Vec<_>>();
    let bought = [K::BuyPlan, K::Buy, K::Draw, K::Close, K::Merge];
    let money = [K::ClaimRefund, K::CancelRefund];
    assert_eq!(of(Module::Purchase), [&bought[..], &money].concat());
    assert_eq!(
        of(Module::Apply),
        [K::Submit, K::Apply, K::Withdraw, K::CancelOrder]
    );
    assert_eq!(
        of(Module::Revoke),
        [K::Delete, K::RequestRevocation, K::DeleteCertificate]
    );
    assert_eq!(of(Module::Download), [K::Collect]);
    assert_eq!(of(Module::Deploy), [K::Deploy, K::Undeploy]);
    assert_eq!(of(Module::Upload), [K::Upload]);
    assert_eq!(of(Module::Renew), [K::Renew]);
    assert_eq!(of(Module::Hosting), [K::EnableHosting]);
    assert_eq!(of(Module::Status), []);
    assert_eq!(of(Module::Tabs), []);
    // Nobody presses a button for the CA, the vendor, hosting or the clock.
    for kind in [
        K::Approve,
        K::CompleteRevocation,
        K::ConfirmDomain,
        K::GrantRefund,
        K::RefuseRefund,
        K::Activate,
        K::Wake,
    ] {
        assert_eq!(module(kind), None, "{kind}");
    }
}

#[test]
fn r58_tabs() {
    assert_eq!(Tab::of(false, false), Tab::Paid);
    assert_eq!(Tab::of(false, true), Tab::Free);
    assert_eq!(Tab::of(true, false), Tab::Uploaded);
    assert_eq!(Tab::of(true, true), Tab::Uploaded);
    assert_eq!(Tab::Paid.chinese(), "证书管理");
}

/// R-25 on the wire: challenge fields only in `domain_verify`, certificate and key only in
/// `certificate`.
#[test]
fn r25_fields_by_state() {
    let names = |seen, method, key_held, tells_certificate_id| {
        let answer = OrderAnswer {
            seen,
            method,
            key_held,
            tells_certificate_id,
        };
        answer.fields().map(OrderField::word).collect::<Vec<_>>()
    };
    let (dns, file) = (ValidationMethod::Dns, ValidationMethod::File);
    let proof = Seen::of(Status::DomainVerification);
    assert_eq!(
        names(proof, dns, true, true),
        [
            "RequestId",
            "Type",
            "ValidateType",
            "RecordDomain",
            "RecordType",
            "RecordValue"
        ]
    );
    assert_eq!(
        names(proof, file, true, true),
        [
            "RequestId",
            "Type",
            "ValidateType",
            "Domain",
            "Uri",
            "Content"
        ]
    );
    let issued = Seen::of(Status::Issued);
    assert_eq!(
        names(issued, dns, true, false),
        ["RequestId", "Type", "Certificate", "PrivateKey"]
    );
    assert_eq!(
        names(issued, dns, false, true),
        ["RequestId", "Type", "Certificate", "CertId"]
    );
    for status in [
        Status::Validating,
        Status::ValidationFailed,
        Status::PendingApplication,
        Status::ValidatingRevocation,
        Status::Revoked,
    ] {
        assert_eq!(
            names(Seen::of(status), file, true, true),
            ["RequestId", "Type"],
            "{status}"
        );
    }
    assert!(names(Seen::of(Status::Deleted), dns, true, true).is_empty());
    assert!(names(uploaded(Status::Issued), dns, true, true).is_empty());
}

#[test]
fn r25_any_other_presence_is_a_breach() {
    for seen in Seen::all() {
        for method in ValidationMethod::ALL {
            let answer = OrderAnswer {
                seen,
                method,
                key_held: false,
                tells_certificate_id: false,
            };
            let right: Vec<OrderField> = answer.fields().collect();
            assert_eq!(answer.check(&right), Ok(()));
            for &field in OrderField::ALL {
                let mut wrong = right.clone();
                let breach = if let Some(place) = wrong.iter().position(|&f| f == field) {
                    wrong.remove(place);
                    Breach::Missing(field)
                } else {
                    wrong.push(field);
                    Breach::Unexpected(field)
                };
                assert_eq!(answer.check(&wrong), Err(breach));
            }
        }
    }
    assert_eq!(OrderField::PrivateKey.standing(), Standing::Declared);
    assert_eq!(
        Breach::Missing(OrderField::Type).to_string(),
        "the answer lacks Type"
    );
}
