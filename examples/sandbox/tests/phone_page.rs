//! The phone page, asked over the network.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicI64, Ordering};

use ikd_sandbox::phone_page::PhonePage;
use ikd_sandbox::{Sandbox, Trouble};
use serde_json::Value;

const MINUTE: i64 = 1_790_000_040;

fn with_page(check: impl FnOnce(&dyn Fn(&str, &str) -> (String, String), &AtomicI64)) {
    let sandbox = Sandbox::new([7; 32], MINUTE);
    let page = PhonePage::bind("127.0.0.1:0").expect("a free port");
    let now = AtomicI64::new(MINUTE);
    let ask = |method: &str, path: &str| {
        let mut stream = TcpStream::connect(page.address()).expect("listening");
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("answered");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), body.to_owned())
    };
    /// Stops the page also when a check fails, or the test would wait for it for ever.
    struct Stop<'a>(&'a PhonePage);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.stop();
        }
    }
    std::thread::scope(|scope| {
        let _stop = Stop(&page);
        scope.spawn(|| page.serve(&sandbox, || now.load(Ordering::SeqCst)));
        check(&ask, &now);
    });
}

#[test]
fn the_page_asks_nobody_else() {
    with_page(|ask, _| {
        let (head, body) = ask("GET", "/");
        assert!(head.starts_with("HTTP/1.1 200"));
        assert!(head.contains("default-src 'none'") && !head.contains("unsafe"), "{head}");
        assert!(!body.replace("http://www.w3.org/2000/svg", "").contains("http"));
        // Both digests are of something: the policy would else block the page's own parts.
        assert_eq!((body.matches("<script>").count(), body.matches("<style>").count()), (1, 1));
        assert!(!body.contains("style=\"") && !body.contains("onclick"));
    });
}

#[test]
fn the_qr_changes_every_minute_and_on_demand() {
    with_page(|ask, now| {
        let state =
            |path: &str| -> Value { serde_json::from_str(&ask("GET", path).1).expect("JSON") };
        let first = state("/state.json");
        assert_eq!(first["next_in"], 60);
        assert_eq!(first["consent"], false, "there is no gateway behind this page");
        let qr = ask("GET", "/qr.svg");
        assert!(qr.0.contains("image/svg+xml") && qr.1.starts_with("<svg"));

        now.store(MINUTE + 59, Ordering::SeqCst);
        assert_eq!(state("/state.json")["text"], first["text"]);
        assert_eq!(state("/state.json")["next_in"], 1);
        assert_ne!(state("/state.json?n=1")["text"], first["text"]);
        assert_eq!(state("/state.json?trouble=replayed")["text"], first["text"]);

        now.store(MINUTE + 60, Ordering::SeqCst);
        assert_ne!(state("/state.json")["text"], first["text"]);
        assert_ne!(ask("GET", "/qr.svg").1, qr.1);
    });
}

#[test]
fn everything_can_be_chosen_and_nothing_else() {
    with_page(|ask, _| {
        for trouble in Trouble::ALL {
            let path = format!("/state.json?person=taro-mihon&profile=bank&trouble={trouble}&n=2");
            let state: Value = serde_json::from_str(&ask("GET", &path).1).expect("JSON");
            assert_eq!(state["trouble"]["name"], trouble.name());
            assert_eq!(state["person"]["slug"], "taro-mihon");
            let path = path.replace("state.json", "qr.svg");
            assert!(ask("GET", &path).0.starts_with("HTTP/1.1 200"), "{path}");
        }
        for path in ["/state.json?person=x", "/qr.svg?profile=x", "/qr.svg?trouble=%00"] {
            assert!(ask("GET", path).0.starts_with("HTTP/1.1 400"), "{path}");
        }
        assert!(ask("GET", "/../Cargo.toml").0.starts_with("HTTP/1.1 404"));
        assert!(ask("POST", "/").0.starts_with("HTTP/1.1 405"));
    });
}
