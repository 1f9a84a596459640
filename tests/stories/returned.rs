// L3 does not hold: the world after is not the fold of the events
//
// 2021-03-01T10:00:00+08:00  buy a plan: 2 x DV, for cash            | plan-1: 2 of 2 left
//   happens: a plan of 2 is bought                            |
// 2021-03-01T11:00:00+08:00  submit the application: CreateCertificateRequest for www.example.com, a service-made P-256 key, proof by DNS  | plan-1: 1 of 2 left, 1 reserved
//   happens: instance-1 is submitted: the domain is to be proved, its unit reserved; a unit is set aside  |
// 2021-03-01T12:00:00+08:00  submit the application: CreateCertificateRequest for www.example.com, a service-made P-256 key, proof by DNS  | plan-1: 0 of 2 left, 2 reserved
//   happens: instance-2 is submitted: the domain is to be proved, its unit reserved; a unit is set aside  |
// 2021-03-01T13:00:00+08:00  collect the certificate [instance-2]    | plan-1: 0 of 2 left, 2 reserved
//   refused: no certificate is issued yet                     |
// 2021-03-01T14:00:00+08:00  receive a challenge [instance-1]        | plan-1: 0 of 2 left, 2 reserved
//   happens: instance-1 has its challenge                     |
// 2021-03-01T15:00:00+08:00  confirm the domain [instance-1]         | plan-1: 0 of 2 left, 2 reserved
//   happens: instance-1 has its domain proved                 |
// 2021-03-01T16:00:00+08:00  accept the CA's rejection [instance-1]  | plan-1: 0 of 2 left, 2 reserved
//   happens: instance-1 is rejected                           |
// 2021-03-01T17:00:00+08:00  delete the order [instance-1]           | plan-1: 0 of 2 left, 2 reserved
//   happens: instance-1 is deleted; its unit returns          |
#[test]
fn l3_the_world_after_is_not_the_fold_of_the_events() -> Result<(), Box<dyn std::error::Error>> {
    use std::sync::Arc;
    use cert_lifecycle::rulebook::Rulebook;
    use cert_lifecycle::{lifecycle, model, testing};
    let book = Rulebook::published();
    let editions = vec![book.edition("2021-02-api")?];
    let laws = Arc::new(testing::Laws::new(editions, book.ceilings().clone()));
    let steps = vec![
        testing::Step {
            at: "2021-03-01T02:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: None,
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::BuyPlan { plan: model::PlanId::new("plan-1")?, product: model::Product { code: model::ProductCode::new("geotrust-dv-1-starter")?, class: model::ValidationClass::Dv, names: model::NameKind::Single, free: false }, count: std::num::NonZeroU32::new(2).ok_or("none")?, payment: model::Payment { cash: 20000, voucher: 0, currency: model::Currency::new("CNY")?, add_on: false } },
        },
        testing::Step {
            at: "2021-03-01T03:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: None,
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::Submit { instance: model::InstanceId::new("instance-1")?, order: model::OrderId::new(1)?, submission: Arc::new(model::Submission::request(model::DomainName::new("www.example.com")?, model::Applicant::new("Tom", "13900000000", "tom@example.com")?, model::ValidationMethod::Dns, model::KeyKind::Ec(model::Curve::P256))) },
        },
        testing::Step {
            at: "2021-03-01T04:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: None,
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::Submit { instance: model::InstanceId::new("instance-2")?, order: model::OrderId::new(2)?, submission: Arc::new(model::Submission::request(model::DomainName::new("www.example.com")?, model::Applicant::new("Tom", "13900000000", "tom@example.com")?, model::ValidationMethod::Dns, model::KeyKind::Ec(model::Curve::P256))) },
        },
        testing::Step {
            at: "2021-03-01T05:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: Some(model::InstanceId::new("instance-2")?),
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::Collect,
        },
        testing::Step {
            at: "2021-03-01T06:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: Some(model::InstanceId::new("instance-1")?),
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::ReceiveChallenge { challenge: Arc::new(model::Challenge::dns("_dnsauth.www.example.com", model::challenge::RecordType::Txt, "token")?), key: model::SpkiDigest::from_bytes([58, 10, 172, 68, 131, 46, 85, 82, 138, 131, 79, 236, 115, 119, 134, 201, 153, 231, 184, 222, 168, 189, 96, 27, 181, 159, 25, 82, 55, 213, 139, 46]) },
        },
        testing::Step {
            at: "2021-03-01T07:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: Some(model::InstanceId::new("instance-1")?),
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::ConfirmDomain,
        },
        testing::Step {
            at: "2021-03-01T08:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: Some(model::InstanceId::new("instance-1")?),
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::Reject { reason: model::Note::new("CAA; see #4 of the list")? },
        },
        testing::Step {
            at: "2021-03-01T09:00:00Z".parse()?,
            account: model::AccountId::new("tom")?,
            about: Some(model::InstanceId::new("instance-1")?),
            other: None,
            plan: Some(model::PlanId::new("plan-1")?),
            conduct: 0,
            command: lifecycle::Command::Delete,
        },
    ];
    let timeline = testing::Timeline { laws, steps };
    let invariants = testing::INVARIANTS;
    let told = invariants.iter().any(|one| one.law == "L3");
    assert!(told, "`invariants` of `TestOf` has no {:?}", "L3");
    let broken = testing::first_breach(&Suspect, &timeline, &invariants);
    assert_eq!(broken, None);
    Ok(())
}
