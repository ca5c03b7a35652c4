//! A hub with its agencies at work.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::evidence::digest::{hex, sha256};
use lienthong_proto::v1;
use lienthong_proto::v1::submit_request::Content as Submitted;
use lienthong_proto::v1::upload_request::Content;
use serde_json::{Value, json};
use tonic::Status;

use crate::harness::agencies::ALL;
use crate::harness::audit::audit;
use crate::harness::commands::{CATALOGUE, kind};
use crate::harness::hub::Client;
use crate::harness::wire::reason;
use crate::harness::{Fixture, TestDatabase, TestHub, documents, seals};

use super::life::Life;

/// A hub, a client of every connected agency, and what they have taken from their mailboxes.
pub(crate) struct World {
    hub: TestHub,
    clients: BTreeMap<&'static str, Client>,
    taken: RefCell<BTreeMap<&'static str, Vec<v1::MailboxEntry>>>,
    keys: Cell<u32>,
    /// In which positions officers stand that are not in their first.
    positions: RefCell<BTreeMap<&'static str, String>>,
}

impl World {
    /// It begins on Friday 20/11/2026 at 09:00.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        let hub = TestHub::start(database).await;
        let mut clients = BTreeMap::new();
        for agency in ALL.iter().filter(|agency| agency.is_digital()) {
            clients.insert(agency.code_text(), hub.client(*agency).await);
        }
        Self {
            hub,
            clients,
            taken: RefCell::default(),
            keys: Cell::default(),
            positions: RefCell::default(),
        }
    }

    /// Ends it in order and checks the whole database.
    pub(crate) async fn end(self, database: &TestDatabase) {
        drop(self.clients);
        self.hub.stop().await;
        audit(database).await;
    }

    /// Sets the clock, which only goes forward: `2026-11-23T09:00`, as it is in Viet Nam.
    pub(crate) fn at(&self, moment: &str) {
        let moment = Timestamp::parse_rfc3339(&format!("{moment}:00+07:00")).expect("a moment");
        let by = moment.micros() - self.hub.clock.now().micros();
        assert!(by >= 0, "time goes forward");
        self.hub.clock.advance_micros(by);
    }

    /// Another officer of an agency.
    pub(crate) async fn officer(&self, agency: Fixture, id: &str) -> Client {
        self.hub.officer(agency, id).await
    }

    pub(crate) fn client(&self, agency: Fixture) -> &Client {
        &self.clients[agency.code_text()]
    }

    /// A key that was never used.
    pub(crate) fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("lives-{:06}", self.keys.get())
    }

    /// The example's order from `sender` to `recipient`, changed by `change`.
    pub(crate) fn order(&self, code: &str, sender: Fixture, to: &[Fixture], change: impl FnOnce(&mut Value)) -> Value {
        let mut order = documents::order(&kind(code), &self.key(), sender, to);
        change(&mut order);
        order
    }

    /// Sends an order; its receipts, one for each recipient and one for each copy.
    pub(crate) async fn send(&self, sender: Fixture, order: &Value) -> Result<Vec<v1::Receipt>, Status> {
        self.stand_as_signed(sender, order).await;
        let times = seals::times_from(self.hub.clock.now());
        let content = seals::submit_at(&order.to_string(), times);
        let tried = self.tried(sender, content.clone()).await;
        let reply = self
            .client(sender)
            .requests()
            .submit(v1::SubmitRequest { content })
            .await;
        // Whatever a life sends: what is told before is what happens then.
        match &reply {
            Ok(reply) => {
                let receipts = &reply.get_ref().receipts;
                assert_eq!(tried.refusals, [], "it was accepted");
                if !tried
                    .advice
                    .iter()
                    .any(|advice| advice.reason() == v1::AdviceReason::SentBefore)
                {
                    assert_eq!(tried.openings.len(), receipts.len());
                }
            }
            Err(status) => {
                let told: Vec<&str> = tried.refusals.iter().map(|refusal| refusal.reason.as_str()).collect();
                assert!(told.contains(&reason(status).as_str()), "{told:?}: {}", reason(status));
            }
        }
        Ok(reply?.into_inner().receipts)
    }

    /// What the hub says of an order before it is sent.
    async fn tried(&self, sender: Fixture, content: Option<Submitted>) -> v1::CheckOrderResponse {
        use v1::check_order_request::Content;
        let content = content.map(|content| match content {
            Submitted::Document(text) => Content::Document(text),
            Submitted::Jws(jws) => Content::Jws(jws),
        });
        self.check(sender, content).await
    }

    /// The same of an order that is not signed yet.
    pub(crate) async fn check_draft(&self, sender: Fixture, order: &Value) -> v1::CheckOrderResponse {
        self.stand_as_signed(sender, order).await;
        let content = Some(v1::check_order_request::Content::Document(order.to_string()));
        self.check(sender, content).await
    }

    async fn check(
        &self,
        sender: Fixture,
        content: Option<v1::check_order_request::Content>,
    ) -> v1::CheckOrderResponse {
        let mut requests = self.client(sender).requests();
        let told = requests.check_order(v1::CheckOrderRequest { content }).await;
        told.expect("checked").into_inner()
    }

    /// Lets the officer stand in the position in which he signs the order, where the kind wants another than his own: heads sign what
    /// is serious, and each agency has one officer here.
    async fn stand_as_signed(&self, sender: Fixture, order: &Value) {
        let code = order["kind"].as_str().unwrap_or_default().parse();
        let known = code.ok().and_then(|code| CATALOGUE.newest(&code));
        let Some(kind) = known.filter(|kind| !kind.definition.signed_steps.is_empty()) else {
            return;
        };
        let position = documents::signing_position(kind, sender);
        let present = self.positions.borrow().get(sender.code_text()).cloned();
        if present.as_deref().unwrap_or(sender.position()) == position {
            return;
        }
        let message = documents::in_position(sender, position, self.key());
        self.client(sender)
            .agencies()
            .register_officer(message)
            .await
            .expect("registered");
        self.positions
            .borrow_mut()
            .insert(sender.code_text(), position.to_owned());
    }

    /// Opens a request with the kind's example.
    pub(crate) async fn open(&self, code: &str, sender: Fixture, recipient: Fixture) -> Life<'_> {
        self.open_with(code, sender, recipient, |_| {}).await
    }

    /// Opens a request with the kind's example, changed by `change`; the recipient, if it is connected, takes it in.
    pub(crate) async fn open_with(
        &self,
        code: &str,
        sender: Fixture,
        recipient: Fixture,
        change: impl FnOnce(&mut Value),
    ) -> Life<'_> {
        let order = self.order(code, sender, &[recipient], change);
        let receipts = self.send(sender, &order).await.expect("accepted");
        let life = Life {
            world: self,
            id: receipts[0].enforcement_request_id.clone(),
            kind: kind(code),
            sender,
            recipient,
        };
        let receipt = &receipts[0];
        assert_eq!(
            (receipt.action(), receipt.state(), receipt.version),
            (v1::Action::Submit, v1::State::Submitted, 1)
        );
        assert_eq!(receipt.content_sha256, sha256(order.to_string().as_bytes()).to_vec());
        if recipient.is_digital() {
            assert!(!life.get().await.delivered);
            let entries = self.entries(recipient, &life.id).await;
            let document = entries[0].document.as_ref().expect("the order");
            assert_eq!(
                seals::document_in(document),
                order.to_string().as_bytes(),
                "the exact bytes that were sent"
            );
            assert!(life.get().await.delivered);
        }
        life
    }

    /// What an agency's mailbox has brought about a request so far; the `intake` cursor moves behind it.
    pub(crate) async fn entries(&self, agency: Fixture, id: &str) -> Vec<v1::MailboxEntry> {
        let mut mailbox = self.client(agency).mailbox();
        loop {
            let ask = v1::PullRequest {
                include_documents: true,
                ..Default::default()
            };
            let page = mailbox.pull(ask).await.expect("a page").into_inner();
            self.keep(agency, page.entries);
            let advance = v1::AdvanceRequest {
                cursor: "intake".to_owned(),
                positions: page.advance_to,
            };
            if !advance.positions.is_empty() {
                mailbox.advance(advance).await.expect("advanced");
            }
            if !page.more {
                break;
            }
        }
        let taken = self.taken.borrow();
        let entries = taken.get(agency.code_text()).into_iter().flatten();
        entries
            .filter(|entry| entry.enforcement_request_id == id)
            .cloned()
            .collect()
    }

    /// Number and request of each line of the year's incoming book: the agency's own, or that of the agency with code `of`.
    pub(crate) async fn book(&self, agency: Fixture, of: &str) -> Result<Vec<(String, String)>, Status> {
        let ask = v1::ListRegisterRequest {
            register: v1::Register::Incoming.into(),
            agency_code: of.to_owned(),
            ..Default::default()
        };
        let page = self.client(agency).requests().list_register(ask).await?.into_inner();
        let lines = page.entries.into_iter();
        Ok(lines
            .map(|line| (line.registry_number, line.enforcement_request_id))
            .collect())
    }

    fn keep(&self, agency: Fixture, entries: Vec<v1::MailboxEntry>) {
        self.taken
            .borrow_mut()
            .entry(agency.code_text())
            .or_default()
            .extend(entries);
    }

    /// Uploads a PDF; gives what a document says of it.
    pub(crate) async fn attachment(&self, owner: Fixture, name: &str, sort: Option<&str>) -> Value {
        let content = format!("%PDF-1.7\n{name} (giả lập)").into_bytes();
        let (size, digest) = (content.len(), sha256(&content));
        let header = v1::UploadHeader {
            idempotency_key: self.key(),
            name: name.to_owned(),
            media_type: "application/pdf".to_owned(),
            size: i64::try_from(size).expect("a small size"),
            sha256: digest.to_vec().into(),
        };
        let messages = [Content::Header(header), Content::Chunk(content.into())].map(|content| v1::UploadRequest {
            content: Some(content),
            offset: 0,
        });
        let mut client = self.client(owner).documents();
        client.upload(tokio_stream::iter(messages)).await.expect("uploaded");
        let mut attachment = json!({
            "name": name, "sha256": hex(&digest), "size": size, "media_type": "application/pdf",
        });
        if let Some(sort) = sort {
            attachment["type"] = sort.into();
        }
        attachment
    }

    /// The life of a request that the hub opened by itself.
    pub(crate) fn life(&self, code: &str, id: &str, sender: Fixture, recipient: Fixture) -> Life<'_> {
        Life {
            world: self,
            id: id.to_owned(),
            kind: kind(code),
            sender,
            recipient,
        }
    }
}
