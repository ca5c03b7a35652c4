//! EvidenceService: receipts, checkpoints, proofs, tiles, keys.

use std::sync::Arc;

use bytes::Bytes;
use lienthong_proto::v1;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::bundle;
use super::caller::{caller, reply, viewer};
use super::convert::receipt::{checkpoint, hashes, receipt};
use super::convert::time;
use super::request_service::request_id;
use crate::app::App;
use crate::app::evidence::EntryReceipt;
use crate::auth::directory::Authenticator;
use crate::domain::error::{Error, Result};
use crate::domain::ids::IdempotencyKey;
use crate::domain::viewer::Viewer;

/// The service.
#[derive(Debug, Clone)]
pub struct EvidenceService {
    pub(super) app: App,
    authenticator: Arc<Authenticator>,
}

impl EvidenceService {
    /// Over the use cases of `app`. `authenticator` is asked whether the caller of a stream may go on.
    pub fn new(app: App, authenticator: Arc<Authenticator>) -> Self {
        Self { app, authenticator }
    }

    async fn bundle(&self, request: &Request<v1::GetBundleRequest>) -> Result<ReceiverStream<bundle::Item>> {
        let caller = caller(request)?;
        let id = request_id(&request.get_ref().enforcement_request_id)?;
        let bundle = self.app.bundle(&viewer(&caller), &id).await?;
        Ok(bundle::start(bundle, caller, Arc::clone(&self.authenticator)))
    }

    async fn receipts(&self, viewer: &Viewer, message: v1::GetReceiptRequest) -> Result<v1::GetReceiptResponse> {
        use v1::get_receipt_request::Entry;
        let found = match message.entry {
            Some(Entry::IdempotencyKey(key)) => {
                let key = IdempotencyKey::parse(&key).map_err(|error| {
                    Error::field("idempotency_key", "format", "Khóa không đúng dạng.", error.to_string())
                })?;
                self.app.receipts_of_key(viewer, &key).await?
            }
            Some(Entry::EnforcementRequestId(id)) => {
                vec![self.app.receipt_of_request(viewer, &request_id(&id)?).await?]
            }
            Some(Entry::LogIndex(index)) => vec![self.app.receipt_of_entry(viewer, index).await?],
            None => {
                return Err(Error::field(
                    "entry",
                    "required",
                    "Cần nêu idempotency_key, log_index hoặc enforcement_request_id.",
                    "Name idempotency_key, log_index or enforcement_request_id.",
                ));
            }
        };
        let receipts = found.into_iter().map(
            |EntryReceipt {
                 receipt: found,
                 has_content,
                 salt,
             }| {
                let mut receipt = receipt(found)?;
                if !has_content {
                    receipt.content_sha256 = Bytes::new();
                }
                Ok(v1::EntryReceipt {
                    receipt: Some(receipt),
                    content_salt: salt.unwrap_or_default().into(),
                })
            },
        );
        Ok(v1::GetReceiptResponse {
            receipts: receipts.collect::<Result<_>>()?,
        })
    }

    async fn silence(
        &self,
        viewer: &Viewer,
        message: &v1::GetSilenceCertificateRequest,
    ) -> Result<v1::GetSilenceCertificateResponse> {
        let id = request_id(&message.enforcement_request_id)?;
        let certificate = self.app.silence(viewer, &id).await?;
        Ok(v1::GetSilenceCertificateResponse {
            certificate: certificate.file.into(),
            log_index: certificate.log_index,
            checkpoint: Some(checkpoint(&certificate.checkpoint)),
        })
    }

    async fn checkpoint(&self, tree_size: i64) -> Result<v1::GetCheckpointResponse> {
        let found = self.app.checkpoint((tree_size != 0).then_some(tree_size)).await?;
        Ok(v1::GetCheckpointResponse {
            checkpoint: Some(checkpoint(&found)),
        })
    }

    async fn keys(&self) -> Result<v1::ListHubKeysResponse> {
        let keys = self.app.hub_keys().await?.into_iter().map(|row| v1::HubKey {
            public_keys: row.key.to_string(),
            registered_index: row.registered_index,
            registered_time: Some(time(row.registered_time)),
            retired_index: row.retired.map(|(index, _)| index),
            retired_time: row.retired.map(|(_, at)| time(at)),
        });
        Ok(v1::ListHubKeysResponse { keys: keys.collect() })
    }
}

#[tonic::async_trait]
impl v1::evidence_service_server::EvidenceService for EvidenceService {
    type GetBundleStream = ReceiverStream<bundle::Item>;

    async fn get_receipt(
        &self,
        request: Request<v1::GetReceiptRequest>,
    ) -> Result<Response<v1::GetReceiptResponse>, Status> {
        let told = match caller(&request) {
            Ok(caller) => self.receipts(&viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        };
        reply(told)
    }

    async fn get_silence_certificate(
        &self,
        request: Request<v1::GetSilenceCertificateRequest>,
    ) -> Result<Response<v1::GetSilenceCertificateResponse>, Status> {
        let told = match caller(&request) {
            Ok(caller) => self.silence(&viewer(&caller), request.get_ref()).await,
            Err(error) => Err(error),
        };
        reply(told)
    }

    async fn get_checkpoint(
        &self,
        request: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        reply(self.checkpoint(request.get_ref().tree_size).await)
    }

    async fn get_inclusion_proof(
        &self,
        request: Request<v1::GetInclusionProofRequest>,
    ) -> Result<Response<v1::GetInclusionProofResponse>, Status> {
        let v1::GetInclusionProofRequest { log_index, tree_size } = request.into_inner();
        let proof = self.app.inclusion_proof(log_index, tree_size).await;
        reply(proof.map(|proof| v1::GetInclusionProofResponse { hashes: hashes(&proof) }))
    }

    async fn get_consistency_proof(
        &self,
        request: Request<v1::GetConsistencyProofRequest>,
    ) -> Result<Response<v1::GetConsistencyProofResponse>, Status> {
        let v1::GetConsistencyProofRequest {
            old_tree_size,
            new_tree_size,
        } = request.into_inner();
        let proof = self.app.consistency_proof(old_tree_size, new_tree_size).await;
        reply(proof.map(|proof| v1::GetConsistencyProofResponse { hashes: hashes(&proof) }))
    }

    async fn get_tile(&self, request: Request<v1::GetTileRequest>) -> Result<Response<v1::GetTileResponse>, Status> {
        let v1::GetTileRequest { level, index } = request.into_inner();
        let tile = self.app.tile(level, index).await;
        reply(tile.map(|tile| v1::GetTileResponse { hashes: hashes(&tile) }))
    }

    async fn list_hub_keys(
        &self,
        _request: Request<v1::ListHubKeysRequest>,
    ) -> Result<Response<v1::ListHubKeysResponse>, Status> {
        reply(self.keys().await)
    }

    async fn get_bundle(
        &self,
        request: Request<v1::GetBundleRequest>,
    ) -> Result<Response<Self::GetBundleStream>, Status> {
        reply(self.bundle(&request).await)
    }

    async fn propose_erasure(
        &self,
        request: Request<v1::ProposeErasureRequest>,
    ) -> Result<Response<v1::ProposeErasureResponse>, Status> {
        reply(self.propose(request).await)
    }

    async fn decide_erasure(
        &self,
        request: Request<v1::DecideErasureRequest>,
    ) -> Result<Response<v1::DecideErasureResponse>, Status> {
        reply(self.decide(request).await)
    }

    async fn list_erasures(
        &self,
        request: Request<v1::ListErasuresRequest>,
    ) -> Result<Response<v1::ListErasuresResponse>, Status> {
        reply(self.erasures(&request).await)
    }

    async fn list_erasable(
        &self,
        request: Request<v1::ListErasableRequest>,
    ) -> Result<Response<v1::ListErasableResponse>, Status> {
        reply(self.erasable(&request).await)
    }
}
