//! A page, and what must hold of every one.

/// What was answered.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What pages may load, to the letter.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

impl Page {
    pub fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        });
        let page = Self {
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: body.to_owned(),
        };
        page.examine();
        page
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(own, _)| own == name)?;
        Some(value)
    }

    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        let cookies = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        cookies.map(|(_, value)| value.as_str())
    }

    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// The value of a hidden field, of the last form that has it.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self
            .body
            .rsplit_once(&mark)
            .unwrap_or_else(|| panic!("no {name}: {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }

    /// Every value of an attribute, in the order of the page.
    pub fn all(&self, attribute: &str) -> Vec<&str> {
        let mark = format!(" {attribute}=\"");
        let parts = self.body.split(mark.as_str()).skip(1);
        parts.map(|part| part.split('"').next().unwrap()).collect()
    }

    /// The text between the first such tag and its end.
    pub fn within(&self, begin: &str, end: &str) -> &str {
        let (_, rest) = self
            .body
            .split_once(begin)
            .unwrap_or_else(|| panic!("no {begin}: {}", self.body));
        rest.split_once(end).unwrap().0
    }

    fn examine(&self) {
        let expected = [
            ("content-security-policy", POLICY),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ];
        let is_drawing = self.header("content-type") == Some("image/svg+xml");
        for (name, value) in expected.into_iter().skip(usize::from(is_drawing)) {
            assert_eq!(self.header(name), Some(value), "{self:?}");
        }
        for cookie in self.cookies() {
            for part in ["; Path=/console/", "; HttpOnly", "; SameSite=Strict"] {
                assert!(cookie.contains(part), "{cookie}");
            }
        }
        if !self
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
        {
            return;
        }
        let body = &self.body;
        assert!(body.starts_with("<!DOCTYPE html><html lang=\""), "{body}");
        assert_eq!(body.matches("<h1").count(), 1, "{body}");
        assert_eq!(body.matches("<main").count(), 1, "{body}");
        assert!(body.contains("class=\"skip\" href=\"#main\""), "{body}");
        for forbidden in [
            "<script",
            "<style",
            " style=\"",
            "javascript:",
            "src=\"http",
            " onclick",
            "tabindex=\"1",
        ] {
            assert!(!body.contains(forbidden), "{forbidden}: {body}");
        }
        let mut ids = self.all("id");
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id stands twice: {body}");
        for attribute in ["for", "aria-labelledby"] {
            for id in self.all(attribute) {
                assert!(ids.contains(&id), "{attribute}={id}: {body}");
            }
        }
        for described in self.all("aria-describedby") {
            for id in described.split(' ') {
                assert!(ids.contains(&id), "aria-describedby={id}: {body}");
            }
        }
        let labels = self.all("for");
        for field in ["<input", "<select", "<textarea"] {
            for part in body.split(field).skip(1) {
                let tag = part.split('>').next().unwrap();
                if tag.contains("type=\"hidden\"") {
                    continue;
                }
                let id = tag
                    .split_once(" id=\"")
                    .map(|(_, rest)| rest.split('"').next().unwrap());
                assert!(id.is_some_and(|id| labels.contains(&id)), "no label: {tag}");
            }
        }
        for part in body.split("<form").skip(1) {
            let form = part.split("</form>").next().unwrap();
            let posts = form.split('>').next().unwrap().contains("method=\"post\"");
            assert_eq!(posts, form.contains("name=\"csrf\""), "{form}");
        }
        balanced(body);
    }
}

/// Elements that have no end.
const VOID: [&str; 5] = ["meta", "link", "input", "br", "img"];

/// Whether every element ends where it may.
fn balanced(body: &str) {
    let mut open = Vec::new();
    for part in body.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{body}");
        } else if !tag.starts_with('!') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
