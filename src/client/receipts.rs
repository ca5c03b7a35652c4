//! Receipts as a partner keeps them: what came over the wire, in the form that is checked without the hub.

use lienthong_proto::v1;

use crate::evidence::receipt::Receipt;

/// The receipt with what proves its content, as it is kept; `None` if the hub gave something else than a receipt.
pub fn kept(receipt: &v1::Receipt, content_salt: &[u8]) -> Option<Receipt> {
    let proof = receipt.inclusion_proof.iter().map(|hash| hash.as_ref().try_into().ok());
    Some(Receipt {
        leaf: receipt.leaf.to_vec(),
        proof: proof.collect::<Option<_>>()?,
        checkpoint: receipt.checkpoint.as_ref()?.note.clone(),
        content_sha256: receipt.content_sha256.as_ref().try_into().ok()?,
        content_salt: (!content_salt.is_empty()).then(|| content_salt.to_vec()),
    })
}
