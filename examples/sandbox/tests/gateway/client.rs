//! A small relying party of its own: JOSE and OpenID by hand, to ask the gateway rightly and wrongly.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, Verifier as _};
use ikd_sandbox::gateway::{Client, Gateway, GatewayConfig};
use ikd_sandbox::{Profile, Sandbox};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const NOW: i64 = 1_790_000_000;
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key of the relying party.
pub(crate) enum Key {
    Ed25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

/// A sandbox, its gateway, a clock to turn, and a client with its keys.
pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) sandbox: Sandbox,
    clock: Arc<AtomicI64>,
    serial: AtomicU64,
    http: reqwest::Client,
    pub(crate) key: Key,
    pub(crate) dpop: Key,
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Key {
    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn p256(seed: u8) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("a key"))
    }

    pub(crate) fn alg(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::P256(_) => "ES256",
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        match self {
            Self::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": b64(key.verifying_key().as_bytes())})
            }
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)})
            }
        }
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = match self {
            Self::Ed25519(key) => key.sign(input.as_bytes()).to_bytes().to_vec(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(input.as_bytes());
                signature.to_bytes().to_vec()
            }
        };
        format!("{input}.{}", b64(signature))
    }
}

impl World {
    /// A gateway for `rp-bank`, after `change` of its registration and of the gateway, and `rp-two`.
    pub(crate) fn with(change: impl FnOnce(&mut Client, &mut Options)) -> Self {
        let key = Key::ed25519(1);
        let mut jwk = key.jwk();
        jwk["kid"] = "rp-1".into();
        let mut client = Client::new("rp-bank", "Bank Contoh", vec![jwk]);
        let mut options = Options { dpop_nonce: false };
        change(&mut client, &mut options);
        let clock = Arc::new(AtomicI64::new(NOW));
        let time = Arc::clone(&clock);
        let other = Client::new("rp-two", "Klinik Contoh", vec![Key::ed25519(11).jwk()]);
        let mut config =
            GatewayConfig::new(vec![client, other], move || time.load(Ordering::SeqCst));
        config.dpop_nonce = options.dpop_nonce;
        let sandbox = Sandbox::new([7; 32], NOW);
        let gateway = Gateway::start(sandbox.clone(), config).expect("a free port");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(20))
            .build()
            .expect("a client");
        let serial = AtomicU64::new(0);
        Self { gateway, sandbox, clock, serial, http, key, dpop: Key::ed25519(2) }
    }

    pub(crate) fn new() -> Self {
        Self::with(|_, _| {})
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn unique(&self) -> String {
        format!("unique-{}", self.serial.fetch_add(1, Ordering::SeqCst))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.gateway.issuer())
    }

    /// A QR that nobody has used.
    pub(crate) fn qr(&self) -> String {
        let siti = self.sandbox.person("siti-contoh").expect("there");
        let serial = self.serial.fetch_add(1, Ordering::SeqCst);
        let options = ikd_sandbox::PresentOptions { serial, ..Default::default() };
        self.sandbox.present_with(siti, Profile::Bank, self.now(), &options).text()
    }

    /// The claims of a good request object for these attributes.
    pub(crate) fn request(&self, attributes: &Value) -> Value {
        let (qr, now) = (self.qr(), self.now());
        json!({
            "iss": "rp-bank", "aud": self.gateway.issuer(), "jti": self.unique(),
            "iat": now, "nbf": now, "exp": now + 60, "scope": "openid",
            "login_hint_token": qr, "binding_message": "K7-21 TELLER",
            "acr_values": "urn:ikd:acr:pin", "nonce": b64([9; 16]),
            "claims": {"userinfo": {"verified_claims": {
                "verification": {"trust_framework": {"value": "id_dukcapil"}},
                "claims": attributes,
            }}},
            "authorization_details": [{
                "type": "ikd_attribute_request", "purpose": "account_opening",
                "purpose_text": "Pembukaan rekening tabungan", "legal_basis": "consent",
                "retention_days": 1825, "qr_sha256": digest(&qr), "scanned_at": now,
                "terminal": "KCP-014/teller-3",
            }],
        })
    }

    pub(crate) fn assertion(&self) -> Value {
        let now = self.now();
        json!({
            "iss": "rp-bank", "sub": "rp-bank", "aud": self.gateway.issuer(),
            "jti": self.unique(), "iat": now, "exp": now + 60,
        })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.key.sign(&json!({"alg": self.key.alg(), "kid": "rp-1"}), claims)
    }

    /// Posts a form with the client's assertion.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)], dpop: bool) -> Answer {
        let assertion = self.sign(&self.assertion());
        let mut form = form.to_vec();
        form.extend([("client_assertion_type", ASSERTION), ("client_assertion", &assertion)]);
        let proof = dpop.then(|| self.proof("POST", path, None, None));
        self.post_form(path, &form, proof.as_deref()).await
    }

    pub(crate) async fn post_form(
        &self,
        path: &str,
        form: &[(&str, &str)],
        proof: Option<&str>,
    ) -> Answer {
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self
            .http
            .post(self.url(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"));
        if let Some(proof) = proof {
            request = request.header("DPoP", proof);
        }
        self.send(request).await.expect("answered")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await.expect("answered")
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await?;
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// A DPoP proof.
    pub(crate) fn proof(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        nonce: Option<&str>,
    ) -> String {
        let mut claims = json!({
            "jti": self.unique(), "htm": method, "htu": self.url(path), "iat": self.now(),
        });
        if let Some(token) = token {
            claims["ath"] = b64(Sha256::digest(token)).into();
        }
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        self.sign_proof(&claims)
    }

    pub(crate) fn sign_proof(&self, claims: &Value) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": self.dpop.alg(), "jwk": self.dpop.jwk()});
        self.dpop.sign(&header, claims)
    }

    /// Starts a request for these attributes; gives its `auth_req_id`.
    pub(crate) async fn start(&self, attributes: &Value) -> String {
        let answer = self.ask(&self.request(attributes)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["auth_req_id"].as_str().expect("text").to_owned()
    }

    pub(crate) async fn ask(&self, request: &Value) -> Answer {
        self.post("/backchannel", &[("request", &self.sign(request))], false).await
    }

    pub(crate) async fn poll(&self, id: &str) -> Answer {
        self.post("/token", &poll_form(id), true).await
    }

    pub(crate) async fn userinfo(&self, token: &str) -> Answer {
        let proof = self.proof("GET", "/userinfo", Some(token), None);
        let request = self.http.get(self.url("/userinfo")).header("DPoP", proof);
        self.send(request.header("Authorization", format!("DPoP {token}"))).await.expect("answered")
    }

    /// The claims of a token that the gateway signed with a key it publishes.
    pub(crate) async fn checked(&self, token: &str) -> Option<Value> {
        let (input, signature) = token.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let header = parse(header)?;
        let jwks = self.get("/jwks").await.json();
        let jwk = jwks["keys"].as_array()?.iter().find(|jwk| jwk["kid"] == header["kid"])?;
        let x: [u8; 32] = unb64(jwk["x"].as_str()?)?.try_into().ok()?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&x).ok()?;
        let signature = ed25519_dalek::Signature::from_slice(&unb64(signature)?).ok()?;
        let holds = header["alg"] == "EdDSA" && key.verify(input.as_bytes(), &signature).is_ok();
        holds.then(|| parse(claims))?
    }
}

/// What a test changes of a gateway.
pub(crate) struct Options {
    pub(crate) dpop_nonce: bool,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) fn poll_form(id: &str) -> [(&str, &str); 2] {
    [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", id)]
}

/// Header or claims of a token, unchecked.
pub(crate) fn parse(part: &str) -> Option<Value> {
    serde_json::from_slice(&unb64(part)?).ok()
}

pub(crate) fn digest(qr: &str) -> String {
    let body = qr.strip_prefix("IKD1:").expect("a QR");
    b64(Sha256::digest(base45::decode(body).expect("base45")))
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn unb64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
