//! Messages that are wrong, with marks in the wrong fields.

use lienthong_proto::{Rpc, v1};
use prost::Message;

use super::marks::Sort;
use super::messages::with_text_in_each_field;
use super::refusals::{marks, most, say, wrong};
use super::world::World;
use crate::harness::agencies::{BANK, OPERATOR, THADS};
use crate::rpc::table::row;

/// What names nothing, cannot be read or does not fit, in every message that takes a text; `id` is a request of THADS at
/// BANK.
pub(super) async fn messages(world: &World, id: &str) {
    let digits = Sort::PersonId.mark(12, 200);
    for mark in marks().into_iter().chain([digits, "7719330291:0010937719".to_owned()]) {
        let mark = || mark.clone();
        let list = |filter, page_token| v1::ListRequest {
            filter,
            page_token,
            ..Default::default()
        };
        for (filter, token) in [
            (mark(), String::new()),
            (format!("{} = IN", mark()), String::new()),
            (format!("state = {}", mark()), String::new()),
            (format!("direction = {}", mark()), String::new()),
            (String::new(), mark()),
            (mark().repeat(200), String::new()),
        ] {
            wrong(world, BANK, Rpc::RequestServiceList, &list(filter, token)).await;
        }
        let message = v1::ListMeasuresRequest {
            page_token: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceListMeasures, &message).await;
        let message = v1::ListMeasuresRequest {
            kind: mark() + " x",
            counterparty_agency_code: mark() + " x",
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceListMeasures, &message).await;
        let message = v1::ListAccountHoldsRequest {
            account: mark() + "_",
            holder_agency_code: mark() + " x",
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceListAccountHolds, &message).await;
        let message = v1::ListAccountHoldsRequest {
            account: "0011004001234".to_owned(),
            page_token: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceListAccountHolds, &message).await;
        let message = v1::ListRegisterRequest {
            register: 2,
            agency_code: mark(),
            page_token: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceListRegister, &message).await;
        let message = v1::ListAgenciesRequest {
            page_token: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::AgencyServiceListAgencies, &message).await;
        let message = v1::GetRequest {
            enforcement_request_id: mark(),
            include_documents: true,
        };
        wrong(world, BANK, Rpc::RequestServiceGet, &message).await;
        wrong(
            world,
            BANK,
            Rpc::RequestServiceGetBroadcast,
            &v1::GetBroadcastRequest { broadcast_id: mark() },
        )
        .await;
        wrong(
            world,
            BANK,
            Rpc::DocumentServiceGetDocument,
            &v1::GetDocumentRequest { document_id: mark() },
        )
        .await;
        wrong(
            world,
            BANK,
            Rpc::AgencyServiceGetAgency,
            &v1::GetAgencyRequest { code: mark() },
        )
        .await;
        wrong(
            world,
            BANK,
            Rpc::CatalogueServiceGetKind,
            &v1::GetKindRequest {
                code: mark(),
                revision: 0,
            },
        )
        .await;
        let cursor = || mark() + "/ ";
        wrong(
            world,
            BANK,
            Rpc::MailboxServicePull,
            &v1::PullRequest {
                cursor: cursor(),
                ..Default::default()
            },
        )
        .await;
        let message = v1::SubscribeRequest {
            cursor: cursor(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::MailboxServiceSubscribe, &message).await;
        let message = v1::AdvanceRequest {
            cursor: cursor(),
            positions: Vec::new(),
        };
        wrong(world, BANK, Rpc::MailboxServiceAdvance, &message).await;
        wrong(
            world,
            BANK,
            Rpc::MailboxServiceSeek,
            &v1::SeekRequest {
                cursor: cursor(),
                target: None,
            },
        )
        .await;
        let (key, about) = (|| world.key(), || id.to_owned());
        let message = v1::AssignRequest {
            idempotency_key: key(),
            enforcement_request_id: about(),
            unit_id: mark(),
            officer_id: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceAssign, &message).await;
        let message = v1::AssignRequest {
            officer_id: String::new(),
            ..message
        };
        wrong(world, BANK, Rpc::RequestServiceAssign, &message).await;
        let message = v1::ForwardRequest {
            idempotency_key: mark() + " ",
            enforcement_request_id: about(),
            unit_id: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceForward, &message).await;
        let message = v1::ExtendRequest {
            idempotency_key: key(),
            enforcement_request_id: about(),
            deadline_name: mark(),
            reason: mark(),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceExtend, &message).await;
        let message = v1::DisputeRequest {
            idempotency_key: key(),
            enforcement_request_id: about(),
            reason_code: mark(),
            reason: mark() + "\u{0}",
            ..Default::default()
        };
        wrong(world, THADS, Rpc::RequestServiceDispute, &message).await;
        let message = v1::AskClarificationRequest {
            idempotency_key: key(),
            enforcement_request_id: about(),
            question: mark().repeat(500),
            ..Default::default()
        };
        wrong(world, BANK, Rpc::RequestServiceAskClarification, &message).await;
        for (kind, from, regime_date, order) in [
            (mark(), String::new(), String::new(), String::new()),
            ("account-freeze".to_owned(), mark(), mark(), String::new()),
            (
                "account-freeze".to_owned(),
                "2026-11-20T09:00:00+07:00".to_owned(),
                String::new(),
                mark(),
            ),
        ] {
            let message = v1::ComputeDeadlineRequest {
                kind,
                from,
                regime_date,
                order,
                ..Default::default()
            };
            wrong(world, BANK, Rpc::TrackingServiceComputeDeadline, &message).await;
        }
        let officer = v1::Officer {
            officer_id: mark() + " x",
            full_name: mark() + "\n",
            position: mark() + "\u{7}",
            unit_id: mark(),
            valid_from: mark(),
            valid_to: mark(),
            ..v1::Officer::default()
        };
        let message = v1::RegisterOfficerRequest {
            idempotency_key: key(),
            agency_code: mark(),
            officer: Some(officer),
        };
        wrong(world, BANK, Rpc::AgencyServiceRegisterOfficer, &message).await;
        let day = v1::CalendarDay {
            date: mark(),
            name: mark() + "\n",
            basis: mark() + "\n",
            ..Default::default()
        };
        let message = v1::ImportCalendarDaysRequest {
            idempotency_key: key(),
            days: vec![day],
        };
        wrong(world, OPERATOR, Rpc::CalendarServiceImportCalendarDays, &message).await;
        let measure = v1::NewMeasure {
            kind: mark(),
            holder_agency_code: mark(),
            issuer_agency_code: mark(),
            decision_number: mark() + "\n",
            decision_date: mark(),
            decision_office: mark() + "\n",
            held: vec![v1::Amount {
                value: mark(),
                unit: mark() + "\n",
            }],
            accounts: vec![mark() + "_"],
            ..Default::default()
        };
        let message = v1::RegisterMeasuresRequest {
            idempotency_key: key(),
            measures: vec![measure],
        };
        wrong(world, BANK, Rpc::RequestServiceRegisterMeasures, &message).await;
        for (name, media_type) in [
            (format!("../{}", mark()), "application/pdf".to_owned()),
            (mark() + "\u{0}", "application/pdf".to_owned()),
            (mark() + ".pdf", mark()),
            (mark() + ".exe", "application/pdf".to_owned()),
        ] {
            let header = v1::UploadHeader {
                idempotency_key: key(),
                name,
                media_type,
                size: 4,
                sha256: vec![7; 32].into(),
            };
            let messages = [
                v1::upload_request::Content::Header(header),
                v1::upload_request::Content::Chunk(b"MZ00".to_vec().into()),
            ];
            let messages = messages.map(|content| {
                v1::UploadRequest {
                    content: Some(content),
                    offset: 0,
                }
                .encode_to_vec()
            });
            assert!(
                say(world, BANK, Rpc::DocumentServiceUpload, messages.to_vec()).await,
                "not as declared"
            );
        }
    }
    // What is no message, or no text.
    for rpc in Rpc::ALL {
        let mark = Sort::Words.mark(11, 200);
        say(world, BANK, *rpc, vec![mark.clone().into_bytes()]).await;
        let length = u8::try_from(mark.len() + 1).expect("short");
        let no_text = [&[0x0a, length], mark.as_bytes(), &[0xff]].concat();
        say(world, BANK, *rpc, vec![no_text]).await;
    }
}

/// A mark alone in each field of each message, by one who may call the method. Where that is taken, for example as the name
/// of a cursor, the reply brings the caller what is its own.
pub(super) async fn fields(world: &World) {
    for sort in [Sort::Words, Sort::PersonId] {
        for (rpc, message) in with_text_in_each_field(&sort.mark(13, 200)) {
            let caller = row(rpc).caller;
            world.hear(caller, rpc.path(), vec![message], most(rpc), |_| {}).await;
        }
    }
}
