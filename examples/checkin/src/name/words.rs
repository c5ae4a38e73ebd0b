//! Text to words: upper case, without accents and punctuation, titles recognised.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::spelling::{self, Muhammad};
use super::titles;

/// More is no name of a person; the identity's text comes from outside and is bounded here.
const MAX_BYTES: usize = 256;
const MAX_WORDS: usize = 20;

/// One word of a name in capitals, with the spellings it is compared by.
#[derive(Clone)]
pub(super) struct Word {
    pub(super) letters: String,
    pub(super) canon: String,
    pub(super) weak: String,
    pub(super) muhammad: Muhammad,
    /// Written with dots or behind a comma, as degrees are.
    pub(super) marked: bool,
}

impl Word {
    pub(super) fn new(letters: String, marked: bool) -> Self {
        let canon = spelling::canon(&letters);
        let weak = spelling::weak(&canon);
        let muhammad = spelling::muhammad(&letters);
        Self { letters, canon, weak, muhammad, marked }
    }

    /// At the head of a name, `M.` stands for MUHAMMAD.
    pub(super) fn read_as_leading(&mut self) {
        if self.letters == "M" {
            self.muhammad = Muhammad::Initial;
            self.canon = spelling::muhammad_canon();
            self.weak = spelling::weak(&self.canon);
        }
    }

    /// Tells persons apart: three letters or more, and not the commonest name of all.
    pub(super) fn is_distinctive(&self) -> bool {
        self.letters.chars().count() >= 3 && self.muhammad == Muhammad::No
    }
}

/// The words of one text, and the punctuation that was between and inside them.
#[derive(Default)]
pub(super) struct Words {
    pub(super) words: Vec<Word>,
    pub(super) marks: String,
}

/// Splits a name into words. Text too long to be a name gives no words.
pub(super) fn words(text: &str) -> Words {
    let mut out = Words::default();
    if text.len() > MAX_BYTES {
        return out;
    }
    for (part, chunk) in text.split([',', ';']).enumerate() {
        out.push_chunk(chunk, part > 0);
    }
    if out.words.len() > MAX_WORDS { Words::default() } else { out }
}

/// Whether what stands behind a comma is degrees and no name.
pub(super) fn are_degrees(text: &str) -> bool {
    let mut out = Words::default();
    for chunk in text.split([',', ';']) {
        out.push_chunk(chunk, true);
    }
    out.words.iter().all(|word| titles::is_degree(&word.letters, true))
}

impl Words {
    fn push_chunk(&mut self, chunk: &str, after_comma: bool) {
        // A degree may be written `S. H.`, with a space.
        let together: String = fold(chunk).chars().filter(|c| c.is_alphanumeric()).collect();
        if after_comma && titles::is_degree(&together, true) {
            self.words.push(Word::new(together, true));
            return;
        }
        for token in chunk.split_whitespace() {
            self.push_token(token, after_comma);
        }
    }

    fn push_token(&mut self, token: &str, after_comma: bool) {
        let folded = fold(token);
        let undotted: String = folded.chars().filter(|c| *c != '.').collect();
        let dotted = undotted.len() < folded.len();
        // `S.H.` behind a name is one word; `M.A. FULAN` begins with two initials.
        let behind = after_comma || !self.words.is_empty();
        let is_one_word = titles::is_title(&undotted)
            || titles::salutation(&undotted).is_some()
            || (behind && titles::is_degree(&undotted, true));
        if dotted && is_one_word {
            self.words.push(Word::new(undotted, true));
            return;
        }
        let mut word = String::new();
        for c in folded.chars() {
            if c.is_alphanumeric() {
                word.push(c);
                continue;
            }
            self.marks.push(c);
            // NUR'AINI is one word; MAS-UD and M.FULAN are two.
            if c != '\'' && !word.is_empty() {
                self.words.push(Word::new(std::mem::take(&mut word), after_comma || dotted));
            }
        }
        if !word.is_empty() {
            self.words.push(Word::new(word, after_comma || dotted));
        }
    }
}

/// Capitals without accents; the many apostrophes become one.
fn fold(token: &str) -> String {
    let mut out = String::with_capacity(token.len());
    for c in token.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '`' | '´' | '′' => out.push('\''),
            'ø' | 'Ø' => out.push('O'),
            'ł' | 'Ł' => out.push('L'),
            'đ' | 'Đ' | 'ð' | 'Ð' => out.push('D'),
            'æ' | 'Æ' => out.push_str("AE"),
            'œ' | 'Œ' => out.push_str("OE"),
            'þ' | 'Þ' => out.push_str("TH"),
            c if c.is_alphanumeric() => out.extend(c.to_uppercase()),
            c if c.is_control() || is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Zero-width and direction marks, which files copied from elsewhere carry along.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}
