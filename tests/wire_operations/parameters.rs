//! Every parameter is honoured or refused by name.

use cert_lifecycle::wire::{Operation, Parameters, Taken};

use super::world::{API_2021, CONTACT, DV, World, about};

#[test]
fn every_needed_parameter_is_asked_for_and_every_refused_one_named() {
    let world = World::new(API_2021);
    for operation in Operation::ALL {
        let table = operation.parameters();
        let needed: Vec<&str> = (table.iter())
            .filter(|parameter| parameter.taken == Taken::Needed)
            .map(|parameter| parameter.name)
            .collect();
        for missing in &needed {
            let rest: Vec<_> = (needed.iter())
                .filter(|name| *name != missing)
                .map(|name| (*name, "x"))
                .collect();
            let answer = about(world.call(*operation, &rest));
            assert_eq!(answer, format!("MissingParameter {missing}"), "{operation}");
        }
        for parameter in table {
            let (Taken::Refused(_) | Taken::RefusedUnless(..)) = parameter.taken else {
                continue;
            };
            let all: Vec<_> = (needed.iter())
                .filter(|name| !matches!(parameter.taken, Taken::RefusedUnless(others, _) if others.contains(name)))
                .map(|name| (*name, "x"))
                .collect();
            for name in [
                parameter.name.to_owned(),
                format!("{}.1.Key", parameter.name),
            ] {
                if name.contains('.') != (parameter.name == "Tags") {
                    continue;
                }
                let sent = [&all[..], &[(name.as_str(), "x")]].concat();
                let answer = about(world.call(*operation, &sent));
                assert_eq!(
                    answer,
                    format!("UnsupportedParameter {name}"),
                    "{operation}"
                );
            }
        }
        assert!(!operation.maps_to().is_empty());
    }
}

#[test]
fn a_parameter_that_the_interface_does_not_have_is_ignored() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let strange = [
        ("ProductCode", DV),
        ("Lang", "zh"),
        ("TagsOfMine", "x"),
        ("RegionId", "cn"),
    ];
    world
        .call(Operation::DescribePackageState, &strange)
        .unwrap();
}

#[test]
fn ids_are_read_as_whole_numbers_alone() {
    let world = World::new(API_2021);
    for id in [
        "0",
        "-1",
        "1.0",
        "1e3",
        "９",
        "9223372036854775808",
        "98987582437920968.0",
    ] {
        let asked = world.call(Operation::DescribeCertificateState, &[("OrderId", id)]);
        assert_eq!(about(asked), "InvalidParameter OrderId", "{id}");
    }
    // Beyond what a double holds.
    let asked = world.call(
        Operation::DescribeCertificateState,
        &[("OrderId", "98987582437920968")],
    );
    assert_eq!(asked.unwrap_err().code(), "NotFoundOrder");
}

#[test]
fn flags_are_read_in_any_case() {
    let flag = |value: &str| {
        let mut sent = Parameters::default();
        sent.add("CertFilter".to_owned(), value.to_owned()).unwrap();
        sent.flag("CertFilter")
    };
    for (text, value) in [
        ("True", true),
        ("true", true),
        ("False", false),
        ("", false),
    ] {
        assert_eq!(flag(text), Ok(value));
    }
    assert!(flag("1").is_err());
}

#[test]
fn what_is_empty_and_what_is_too_much_is_told_as_such() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let message = |operation, parameters: &[(&str, &str)]| {
        let fault = world.call(operation, parameters).unwrap_err();
        format!("{} {}", fault.code(), fault.message())
    };
    let state = Operation::DescribeCertificateState;
    let (empty, none) = ("is needed and is empty.", "is needed and was not sent.");
    assert_eq!(
        message(state, &[("OrderId", "")]),
        format!("MissingParameter The parameter OrderId {empty}")
    );
    assert_eq!(
        message(state, &[]),
        format!("MissingParameter The parameter OrderId {none}")
    );
    let create = Operation::CreateCertificateForPackageRequest;
    let named = [("ProductCode", DV), ("Domain", "a.example.com")];
    let unnamed = [&named[..], &[("Username", "")]].concat();
    assert_eq!(
        message(create, &unnamed),
        format!("MissingParameter The parameter Username {empty}")
    );
    let several = [
        ("ProductCode", DV),
        ("Domain", "a.example.com,b.example.com"),
        ("ValidateType", "DNS"),
    ];
    let several = [&several[..], &CONTACT].concat();
    let told = message(Operation::CreateCertificateRequest, &several);
    assert!(
        told.starts_with("CreateCertificateRequestFailed Domain holds several names"),
        "{told}"
    );
}
