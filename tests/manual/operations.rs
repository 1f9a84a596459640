//! The page of the operations.

use std::fmt::Write as _;

use cert_lifecycle::lifecycle::{CommandKind, Law, Outcome, Table, table};
use cert_lifecycle::model::{Status, ValidationClass, ValidationMethod};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::view::order::{OrderAnswer, OrderField};
use cert_lifecycle::view::wire::{Seen, WireField};
use cert_lifecycle::wire::{Operation, Parameter, Taken};

/// The editions of the API whose answers are shown.
const EDITIONS: [&str; 3] = ["2021-02-api", "2023-api", "2025-12-api"];

pub fn page() -> String {
    let mut page = String::from(
        "The operations of the API 2020-04-07 that the module `wire` offers. Any other of the API's is \
         answered with `UnsupportedOperation` (400), and what the API does not know with \
         `InvalidAction.NotFound` (404).\n\n\
         | Operation | What it is here | Errors of its own | The same call again |\n|---|---|---|---|\n",
    );
    for &operation in Operation::ALL {
        let errors = list(operation.errors().iter().copied());
        writeln!(
            page,
            "| `{operation}` | {} | {errors} | {} |",
            operation.maps_to(),
            operation.repeat()
        )
        .unwrap();
    }
    page.push_str(
        "\n`NotFoundPackage`, `NotRemainCount` and `NotFoundOrder` come with status 404, \
         `CreateCertificateRequestFailed`, `OrderStateError` and `DeleteFail` with 403. What happens again \
         costs a unit again: whoever lost an answer looks into the list of orders first. `ClientToken` \
         holds for a day at least.\n\nAny call can be answered with `MissingParameter`, `InvalidParameter` or `UnsupportedParameter` \
         (400), with what the module `wire` says of signatures and rates, and with `Error` (500).\n",
    );
    parameters(&mut page);
    states(&mut page);
    fields(&mut page);
    answers(&mut page);
    page
}

fn parameters(page: &mut String) {
    page.push_str(
        "\n# Parameters\n\nEach of the vendor's models is honoured or refused by name (`UnsupportedParameter`); \
         what the API does not know is not looked at.\n\n\
         | Operation | Needed | Honoured | Refused by name |\n|---|---|---|---|\n",
    );
    for &operation in Operation::ALL {
        let of = |wanted: fn(&Taken) -> bool| {
            let parameters = operation.parameters().iter();
            list(
                parameters
                    .filter(|one| wanted(&one.taken))
                    .map(|one: &Parameter| one.name),
            )
        };
        writeln!(
            page,
            "| `{operation}` | {} | {} | {} |",
            needed(operation),
            of(|taken| matches!(taken, Taken::Honoured)),
            of(|taken| matches!(taken, Taken::Refused(_) | Taken::RefusedUnless(..))),
        )
        .unwrap();
    }
    let mut reasons = Vec::new();
    for parameter in Operation::ALL.iter().flat_map(|one| one.parameters()) {
        let reason = match parameter.taken {
            Taken::Needed | Taken::NeededUnless(_) | Taken::NeededAtFirst | Taken::Honoured => {
                continue;
            }
            Taken::Refused(reason) => format!("- `{}`: {reason}.", parameter.name),
            Taken::RefusedUnless(others, reason) => format!(
                "- `{}`: {reason}; it is not looked at where {} are sent.",
                parameter.name,
                list(others.iter().copied())
            ),
            other => panic!("{other:?} has no place on the page"),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    page.push_str(
        "\nThe *first application* is the account's: contact and company that are not sent later are those of its \
         newest one, of the last 50. Where nothing is sent, `ProductCode` is `digicert-free-1-free`, \
         `ValidateType` of `CreateCertificateForPackageRequest` is `DNS`, `OrderType` is `CPACK`, `CurrentPage` 1, \
         `ShowSize` 50 (500 at most), `MaxResults` 20 (100 at most), `CertFilter` false.\n",
    );
    writeln!(page, "\nWhy they are refused:\n\n{}", reasons.join("\n")).unwrap();
}

/// What must be sent, with what may be there instead.
fn needed(operation: Operation) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for parameter in operation.parameters() {
        let name = parameter.name;
        if parameter.taken == Taken::Needed {
            words.push(format!("`{name}`"));
        } else if parameter.taken == Taken::NeededAtFirst {
            words.push(format!("`{name}` (first application)"));
        } else if let Taken::NeededUnless(others) = parameter.taken
            && !named.contains(&name)
        {
            named.extend(others);
            let others: Vec<String> = others.iter().map(|one| format!("`{one}`")).collect();
            words.push(format!("`{name}` or {}", others.join(" or ")));
        }
    }
    words.join(", ")
}

/// The commands that operations about an order give.
const ABOUT_ORDERS: [(Operation, &[CommandKind]); 6] = [
    (Operation::CancelOrderRequest, &[CommandKind::Withdraw]),
    (Operation::DeleteCertificateRequest, &[CommandKind::Delete]),
    (
        Operation::CancelCertificateForPackageRequest,
        &[CommandKind::CancelOrder, CommandKind::RequestRevocation],
    ),
    (
        Operation::RenewCertificateOrderForPackageRequest,
        &[CommandKind::Renew],
    ),
    (Operation::GetUserCertificateDetail, &[CommandKind::Collect]),
    (
        Operation::DeleteUserCertificate,
        &[CommandKind::DeleteCertificate],
    ),
];

/// The states of an order before it has a certificate.
const NOT_ISSUED: [Status; 4] = [
    Status::DomainVerification,
    Status::Validating,
    Status::ValidationFailed,
    Status::PendingApplication,
];

fn states(page: &mut String) {
    page.push_str(
        "\n# Answers by state\n\nOf an order of a plan and a domain validated certificate, for its holder. Where it \
         does not say OK, the answer is `OrderStateError` (403), and nothing is changed; for an order that is \
         not there, and for the detail of one that has no certificate yet, `NotFoundOrder` (404). `tests/wire_operations` gives every operation in every state and \
         compares.\n",
    );
    let book = Rulebook::published();
    for key in EDITIONS {
        let edition = book.edition(key).unwrap();
        let law = Law::single(&edition, book.ceilings());
        let table = table(ValidationClass::Dv, &law);
        writeln!(page, "\n## {key}\n").unwrap();
        page.push_str("| State | `Type` |");
        for (operation, _) in ABOUT_ORDERS {
            write!(page, " `{operation}` |").unwrap();
        }
        writeln!(page, "\n|---|---|{}", "---|".repeat(ABOUT_ORDERS.len())).unwrap();
        for row in &table.rows {
            let Some(status) = row.status else { continue };
            let Some(word) = WireField::StateType.write(Seen::of(status)).value else {
                continue;
            };
            write!(page, "| {} | `{word}` |", status.word()).unwrap();
            for (operation, commands) in ABOUT_ORDERS {
                let mut said = answer(&table, status, commands);
                if operation == Operation::GetUserCertificateDetail && NOT_ISSUED.contains(&status)
                {
                    assert_eq!(said, "", "{status}: {commands:?}");
                    said = "`NotFoundOrder`".into();
                }
                write!(page, " {said} |").unwrap();
            }
            page.push('\n');
        }
    }
}

fn answer(table: &Table, status: Status, commands: &[CommandKind]) -> String {
    let row = table
        .rows
        .iter()
        .find(|row| row.status == Some(status))
        .unwrap();
    let cells = row
        .cells
        .iter()
        .filter(|cell| commands.contains(&cell.command));
    let mut said = String::new();
    for cell in cells {
        if let Outcome::Leads { .. } | Outcome::Recorded { .. } | Outcome::Nothing = cell.outcome {
            said = format!("OK {}", cell.outcome);
        }
    }
    said
}

fn fields(page: &mut String) {
    page.push_str(
        "\n# Fields by state\n\nWhat `DescribeCertificateState` answers (R-25), exactly.\n\n\
         | `Type` | Fields |\n|---|---|\n",
    );
    let shown = [
        (
            Status::DomainVerification,
            ValidationMethod::Dns,
            "`domain_verify`, by DNS",
        ),
        (
            Status::DomainVerification,
            ValidationMethod::File,
            "`domain_verify`, by FILE",
        ),
        (Status::Issued, ValidationMethod::Dns, "`certificate`"),
    ];
    for (status, method, name) in shown {
        let answer = OrderAnswer {
            seen: Seen::of(status),
            method,
            key_held: true,
            tells_certificate_id: true,
        };
        writeln!(
            page,
            "| {name} | {} |",
            list(answer.fields().map(OrderField::word))
        )
        .unwrap();
    }
    page.push_str(
        "| any other | `RequestId`, `Type` |\n\n`PrivateKey` is there only where the service made the key, \
         `CertId` only where the desk tells it (`Desk::with_certificate_ids`).\n",
    );
}

/// What the other operations answer.
fn answers(page: &mut String) {
    page.push_str(
        "\n# Fields of the other answers\n\nBesides `RequestId`. `List.Field` is a field of each row of a list; \
         `TrusteeOrderList` and the counts of `GetCertificatePackageCount` are texts that hold JSON. What has no \
         value is left out. Rows of orders (`CPACK`, `BUY`) have the fields up to `TrusteeStatus`, rows of \
         certificates (`UPLOAD`, `CERT`) the others and `InstanceId`, `Algorithm`. Ids are whole numbers of \
         64 bits.\n\n| Operation | Fields |\n|---|---|\n",
    );
    for &operation in Operation::ALL {
        if operation != Operation::DescribeCertificateState && !operation.fields().is_empty() {
            let fields = list(operation.fields().iter().copied());
            writeln!(page, "| `{operation}` | {fields} |").unwrap();
        }
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    words.join(", ")
}
