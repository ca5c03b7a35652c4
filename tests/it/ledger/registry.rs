//! Who may act is decided at the moment of the write, by the registry as it stands in the log.

use lienthong::app::ledger::command::{RegistryChange, Statement};
use lienthong::domain::agency::Officer;
use lienthong::domain::error::ErrorCode;
use lienthong::domain::ids::AgencyCode;
use lienthong::domain::time::Clock as _;
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::Action;

use crate::harness::agencies::{BANK, LAND_OFFICE, OPERATOR, PAPER_BANK, THADS, registry_command};
use crate::harness::audit::audit;
use crate::harness::{Order, TestLedger};

backends! {
    async fn a_hub_is_initialised_once(database) {
        let hub = TestLedger::start(&database).await;
        let mut again = OPERATOR.registration(OPERATOR.paper_credentials());
        again.key = Some("init-once-more".parse().expect("a key"));
        assert_eq!(hub.refused(again).await, ErrorCode::AlreadyInitialised);
    }

    async fn a_suspended_agency_neither_acts_nor_receives(database) {
        let hub = TestLedger::start(&database).await;
        let request = hub.open(&Order::freeze(&[BANK]), "while-active").await;
        let suspend = |suspended| RegistryChange::SuspendAgency {
            code: BANK.code(),
            suspended,
        };
        hub.done(registry_command("suspend-bank", suspend(true))).await;
        assert_eq!(
            hub.refused(request.step("suspended-ack", Action::Acknowledge, Statement::default()))
                .await,
            ErrorCode::AgencySuspended
        );
        assert_eq!(
            hub.refused(Order::freeze(&[BANK]).submit("to-suspended", "")).await,
            ErrorCode::RecipientUnknown
        );
        hub.done(registry_command("resume-bank", suspend(false))).await;
        hub.done(request.step("suspended-ack", Action::Acknowledge, Statement::default()))
            .await;
        audit(&database).await;
    }

    async fn an_officer_acts_until_the_end_of_the_last_day(database) {
        let hub = TestLedger::start(&database).await;
        let end = RegistryChange::EndOfficer {
            agency: THADS.code(),
            officer: THADS.officer_id(),
            last_day: jiff::civil::date(2026, 11, 20),
        };
        hub.done(registry_command("end-of-office", end)).await;
        hub.done(Order::land().submit("on-the-last-day", "")).await;
        hub.clock.advance_micros(15 * 3_600_000_000);
        assert_eq!(
            hub.refused(Order::land().submit("the-day-after", "")).await,
            ErrorCode::OfficerNotActive
        );
        audit(&database).await;
    }

    async fn a_recipient_without_officers_is_not_connected_unless_it_is_on_paper(database) {
        let hub = TestLedger::start(&database).await;
        let bare = lienthong::domain::agency::Agency {
            code: AgencyCode::parse("GIA-LAP.NH.000001").expect("a code"),
            ..BANK.agency()
        };
        let code = bare.code.clone();
        let create = RegistryChange::CreateAgency {
            agency: bare,
            officer: None,
            credentials: Vec::new(),
        };
        hub.done(registry_command("create-bare-bank", create)).await;
        let mut order = Order::freeze(&[BANK]).submit("to-the-bare-bank", "");
        if let lienthong::app::ledger::Operation::Submit(submit) = &mut order.operation {
            submit.recipients = vec![code.clone()];
        }
        let officer = RegistryChange::RegisterOfficer {
            officer: Officer {
                agency: code,
                ..BANK.officer()
            },
            states_scope: true,
        };
        assert_eq!(hub.refused(order.clone()).await, ErrorCode::RecipientNotConnected);
        hub.done(registry_command("officer-of-bare-bank", officer)).await;
        assert_eq!(
            hub.refused(order).await,
            ErrorCode::RecipientNotConnected,
            "an officer without a certificate"
        );
        hub.open(&Order::freeze(&[PAPER_BANK]), "to-the-paper-bank").await;
        audit(&database).await;
    }

    async fn a_certificate_belongs_to_one_agency_for_ever(database) {
        let hub = TestLedger::start(&database).await;
        let certificates = BANK.paper_credentials();
        let register = |agency: AgencyCode| RegistryChange::RegisterCredentials {
            credentials: certificates
                .iter()
                .map(|known| lienthong::domain::agency::Credential {
                    agency: agency.clone(),
                    ..known.clone()
                })
                .collect(),
            agency,
        };
        assert_eq!(
            hub.refused(registry_command("to-another-agency", register(LAND_OFFICE.code())))
                .await,
            ErrorCode::AlreadyRegistered
        );
        let revoke = RegistryChange::RevokeCredential {
            agency: BANK.code(),
            fingerprint: certificates[0].fingerprint,
            purposes: Vec::new(),
        };
        hub.done(registry_command("revoke-bank-certificate", revoke)).await;
        assert_eq!(
            hub.refused(registry_command("after-revocation", register(BANK.code())))
                .await,
            ErrorCode::AlreadyRegistered
        );
        assert_eq!(
            hub.refused(Order::freeze(&[BANK]).submit("to-revoked-bank", "")).await,
            ErrorCode::RecipientNotConnected
        );
        audit(&database).await;
    }

    async fn a_register_goes_on_after_a_stated_number(database) {
        let hub = TestLedger::start(&database).await;
        let mut numbers = Vec::new();
        for (count, stated) in [None, Some("7/2026"), None, Some("7b"), None, Some("3/2026"), None]
            .into_iter()
            .enumerate()
        {
            let request = hub.open(&Order::land(), &format!("register-{count}")).await;
            let statement = Statement {
                registry_number: stated.map(str::to_owned),
                ..Statement::default()
            };
            hub.done(request.step(&format!("register-{count}"), Action::Acknowledge, statement))
                .await;
            let request = hub
                .store
                .request_of(&Viewer::whole(&request.sender), &request.id)
                .await
                .expect("a query")
                .expect("a request");
            numbers.push(request.registry_number.expect("a number"));
        }
        assert_eq!(
            numbers,
            ["1/2026", "7/2026", "8/2026", "7b", "9/2026", "3/2026", "10/2026"]
        );
        audit(&database).await;
    }

    async fn a_recipient_whose_certificates_have_ended_is_not_connected(database) {
        let hub = TestLedger::start(&database).await;
        let until = BANK.paper_credentials().iter().map(|credential| credential.not_after).min().expect("credentials");
        hub.done(Order::freeze(&[BANK]).submit("while-connected", "")).await;
        hub.clock.advance_micros(until.micros() - hub.clock.now().micros() + 1);
        assert_eq!(
            hub.refused(Order::freeze(&[BANK]).submit("too-late", "")).await,
            ErrorCode::RecipientNotConnected
        );
        audit(&database).await;
    }

    async fn the_operator_cannot_lock_itself_out(database) {
        let hub = TestLedger::start(&database).await;
        let last_day = jiff::civil::date(2026, 11, 30);
        let end = RegistryChange::EndOfficer { agency: OPERATOR.code(), officer: OPERATOR.officer_id(), last_day };
        let fingerprint = OPERATOR.paper_credentials().first().expect("a credential").fingerprint;
        let revoke = RegistryChange::RevokeCredential { agency: OPERATOR.code(), fingerprint, purposes: Vec::new() };
        assert_eq!(hub.refused(registry_command("end-the-last", end.clone())).await, ErrorCode::OperatorLockout);
        assert_eq!(hub.refused(registry_command("revoke-the-last", revoke)).await, ErrorCode::OperatorLockout);
        let second = Officer { id: "operator-002".parse().expect("an id"), ..OPERATOR.officer() };
        hub.done(registry_command("a-second-officer", RegistryChange::RegisterOfficer { officer: second, states_scope: true })).await;
        hub.done(registry_command("end-the-first", end)).await;
        audit(&database).await;
    }
}
