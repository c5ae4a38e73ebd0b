//! From tokens to a checked answer.

use std::time::Duration;

use super::answer::{ConsentResult, GrantedConsent, SignedAnswer};
use super::checks::{ConsentCode, Expected};
use super::client::{ConsentClient, ended_by};
use super::exchange::Tokens;
use super::jose::{Object, UnverifiedJws};
use super::metadata::{Failure, Gateway, Metadata};
use super::pending::{PendingConsent, Seal};
use super::receipt::missing;
use super::reply::Reply;

/// Pauses before userinfo is asked for again: the tokens exist once, so a lost packet must not lose
/// the citizen's answer.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

impl ConsentClient {
    /// Checks the tokens, fetches the attributes and checks those. The attributes are not fetched
    /// when the `id_token` or the details break a rule.
    pub(super) async fn collect(
        &self,
        gateway: &Gateway,
        metadata: &Metadata,
        pending: &PendingConsent,
        seal: &Seal,
        tokens: Tokens,
    ) -> ConsentResult {
        let expected = Expected { request: pending, issuer: &metadata.issuer, now: self.now() };
        let id_token = match self.verified(gateway, metadata, &tokens.id_token).await {
            Ok(claims) => claims,
            Err(failure) => return failure.into(),
        };
        if let Err(code) = expected.check_id_token(&id_token, &tokens.details) {
            return ConsentResult::ProtocolError(code);
        }
        let userinfo = match self.fetch(gateway, metadata, &tokens.access_token).await {
            Ok(text) => text,
            Err(result) => return result,
        };
        #[cfg(feature = "consent-jwe")]
        let Some(userinfo) = self.decrypted(userinfo) else {
            return ConsentResult::ProtocolError(ConsentCode::BadEncryption);
        };
        let claims = match self.verified(gateway, metadata, &userinfo).await {
            Ok(claims) => claims,
            Err(failure) => return failure.into(),
        };
        let checked = match expected.check_userinfo(&claims, &id_token, seal) {
            Ok(checked) => checked,
            Err(code) => return ConsentResult::ProtocolError(code),
        };
        ConsentResult::Granted(Box::new(GrantedConsent {
            missing: missing(&pending.required, checked.released.names()),
            attributes: checked.released.attributes,
            matches: checked.released.matches,
            txn: checked.txn,
            evidence: SignedAnswer { userinfo, id_token: tokens.id_token },
        }))
    }

    /// The signed userinfo as text.
    async fn fetch(
        &self,
        gateway: &Gateway,
        metadata: &Metadata,
        access_token: &str,
    ) -> Result<String, ConsentResult> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let call = self.caller();
            let reply = call.userinfo(gateway, metadata, access_token, self.now()).await;
            match reply {
                Ok(Reply::Good(text)) => return Ok(text),
                Ok(Reply::Error(code, _)) => return Err(ended_by(code)),
                Ok(Reply::Broken(code)) => return Err(ConsentResult::ProtocolError(code)),
                // A key that does not sign now may do so in a moment.
                Ok(Reply::Failed(_)) | Err(_) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(ConsentResult::Unreachable),
                },
            }
        }
    }

    /// The signed userinfo inside, where this relying party registered for encryption.
    #[cfg(feature = "consent-jwe")]
    fn decrypted(&self, userinfo: String) -> Option<String> {
        match &self.shared.settings.decryption {
            Some(key) => key.decrypt(&userinfo),
            None => Some(userinfo),
        }
    }

    /// The claims of a token that the gateway signed (check 1).
    async fn verified(
        &self,
        gateway: &Gateway,
        metadata: &Metadata,
        text: &str,
    ) -> Result<Object, Failure> {
        let broken = |error| Failure::Protocol(ConsentCode::from(error));
        let token = UnverifiedJws::parse(text).map_err(broken)?;
        let key = gateway.key(metadata, token.kid(), self.now()).await?;
        token.verify(&key).map_err(broken)
    }
}
