//! What a person does on a page and sees there. Elements are named by their `data-testid`.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::actions::{Actions, InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::place;

/// How long anything may take before the story fails; some steps wait on slow key derivation in an unoptimised build.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(40);
/// Brings an element into the middle of whatever scrolls around it.
const INTO_SIGHT: &str = "arguments[0].scrollIntoView({block: 'center'})";

/// Brings an option of a list into sight, and answers whether a click on it would reach it: a list that still unfolds, or follows its
/// field, moves away under the mouse. What lies around the list is not scrolled, since the list would follow that too.
const AT_REST: &str = "
    const [option] = arguments;
    option.scrollIntoView({block: 'nearest'});
    const {x, y, width, height} = option.getBoundingClientRect();
    const place = [x, y, width, height].join(' ');
    const before = window.placeOfOption;
    window.placeOfOption = place;
    if (width === 0 || document.getAnimations().some((one) => one.playState === 'running' && one.effect?.target?.contains(option))) return 'it unfolds';
    if (place !== before) return `it moved from ${before} to ${place}`;
    return option.contains(document.elementFromPoint(x + width / 2, y + height / 2)) || 'something lies over it';
";

/// A page in the window or in the browser.
pub struct Page {
    client: Client,
    name: String,
    patience: Duration,
}

impl Page {
    /// Takes over a session; pictures are called `NAME-….png`.
    pub fn new(client: Client, name: &str) -> Page {
        Page {
            client,
            name: name.to_owned(),
            patience: PATIENCE,
        }
    }

    /// The same page, for a step that may take this long.
    pub fn patient(&self, patience: Duration) -> Page {
        Page {
            client: self.client.clone(),
            name: self.name.clone(),
            patience,
        }
    }

    /// The WebDriver session itself.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends the session, and with it the window.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// The element of this `data-testid`, once it is there and shown.
    pub async fn element(&self, id: &str) -> Element {
        self.css(&selector(id)).await
    }

    /// The first element that a CSS selector names, once it is there and shown.
    pub async fn css(&self, css: &str) -> Element {
        self.until(&format!("{css} is shown"), || async {
            for element in self.client.find_all(Locator::Css(css)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return Ok(element);
                }
            }
            Err("it is not")
        })
        .await
    }

    /// How many elements a CSS selector names now.
    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap_or_default().len()
    }

    /// Whether an element of this `data-testid` is on the page now.
    pub async fn has(&self, id: &str) -> bool {
        self.count(&selector(id)).await > 0
    }

    /// Clicks, as soon as the element takes a click.
    pub async fn click(&self, id: &str) {
        self.click_css(&selector(id)).await;
    }

    /// Clicks the first shown element of a CSS selector, as soon as it takes a click.
    pub async fn click_css(&self, css: &str) {
        self.until(&format!("{css} can be clicked"), || async {
            let element = self.client.find(Locator::Css(css)).await.map_err(|e| e.to_string())?;
            if !element.is_enabled().await.unwrap_or(false) {
                return Err("it is disabled".to_owned());
            }
            // What a list has not drawn yet, because it is out of sight, takes no click.
            self.client.execute(INTO_SIGHT, vec![json!(element)]).await.map_err(|e| e.to_string())?;
            element.click().await.map_err(|e| e.to_string())
        })
        .await;
    }

    /// Presses the mouse in the middle of the first element of a CSS selector, as it lies on the page: a part of a drawing takes no
    /// other click.
    pub async fn press_on(&self, css: &str) {
        let middle = "const [found] = document.querySelectorAll(arguments[0]);
            found?.scrollIntoView({block: 'center'});
            const box = found?.getBoundingClientRect();
            return box && [box.x + box.width / 2, box.y + box.height / 2]";
        let place = self
            .until(&format!("{css} is there"), || async {
                let place = self.client.execute(middle, vec![json!(css)]).await.map_err(|e| e.to_string())?;
                serde_json::from_value::<[f64; 2]>(place).map_err(|e| e.to_string())
            })
            .await;
        let [x, y] = place;
        let mouse = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(Actions::from(mouse)).await.unwrap();
    }

    /// Clicks the first shown element of a CSS selector whose text contains `part`.
    pub async fn click_text(&self, css: &str, part: &str) {
        self.until(&format!("{css} with “{part}” can be clicked"), || async {
            for element in self.client.find_all(Locator::Css(css)).await.unwrap_or_default() {
                if text_of(&element).await.contains(part) && element.is_displayed().await.unwrap_or(false) {
                    // At the edge of what scrolls, half of it takes no click.
                    self.client.execute(INTO_SIGHT, vec![json!(element)]).await.map_err(|e| e.to_string())?;
                    return element.click().await.map_err(|e| e.to_string());
                }
            }
            Err("there is none".to_owned())
        })
        .await;
    }

    /// Chooses from a list that opens: the option whose text contains `part`. Only the list that belongs to the field counts, since
    /// another may still be fading away; and it is chosen only when the field says so.
    pub async fn choose(&self, id: &str, part: &str) {
        let list = self
            .until(&format!("the list of {id}"), || async {
                let css = format!("{0} [role=combobox], {0}[role=combobox]", selector(id));
                let field = self.client.find(Locator::Css(&css)).await.map_err(|e| e.to_string())?;
                field
                    .attr("aria-controls")
                    .await
                    .map_err(|e| e.to_string())?
                    .ok_or_else(|| "it names no list".to_owned())
            })
            .await;
        self.click(id).await;
        let css = format!("[id=\"{list}\"] .el-select-dropdown__item");
        self.until(&format!("“{part}” can be clicked in the list of {id}"), || async {
            for option in self.client.find_all(Locator::Css(&css)).await.map_err(|e| e.to_string())? {
                if text_of(&option).await.contains(part) {
                    return match self.client.execute(AT_REST, vec![json!(option)]).await.map_err(|e| e.to_string())? {
                        Value::Bool(true) => option.click().await.map_err(|e| e.to_string()),
                        moving => Err(moving.to_string()),
                    };
                }
            }
            Err("there is none".to_owned())
        })
        .await;
        self.text_with(id, part).await;
        // The list fades away and would take the click that is meant for the next one.
        self.script_when(
            "the list has closed",
            "return [...document.querySelectorAll('.el-select-dropdown')].every((list) => list.getClientRects().length === 0)",
        )
        .await;
    }

    /// Replaces what a field holds. The id may stand on the field or on an element around it.
    pub async fn fill(&self, id: &str, text: &str) {
        let field = self.field(id).await;
        // WebKit's own clearing tells the page nothing, so what stood there would come back.
        let all = [Key::Control.into(), 'a', Key::Null.into(), Key::Backspace.into()];
        field.send_keys(&all.iter().collect::<String>()).await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Types into a field without emptying it.
    pub async fn type_into(&self, id: &str, text: &str) {
        self.field(id).await.send_keys(text).await.unwrap();
    }

    /// What a field holds.
    pub async fn value(&self, id: &str) -> String {
        self.field(id).await.prop("value").await.unwrap().unwrap_or_default()
    }

    async fn field(&self, id: &str) -> Element {
        let css = ["input", "textarea", "[contenteditable]"]
            .iter()
            .map(|tag| format!("{tag}{0}, {0} {tag}", selector(id)))
            .collect::<Vec<_>>()
            .join(", ");
        self.css(&css).await
    }

    /// Types on the page, wherever the focus is.
    pub async fn keys(&self, text: &str) {
        let mut keys = KeyActions::new("keyboard".to_owned());
        for value in text.chars() {
            keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Presses one key, with Control held if asked.
    pub async fn press(&self, key: Key, control: bool) {
        let value = char::from(key);
        let held = char::from(Key::Control);
        let mut keys = KeyActions::new("keyboard".to_owned());
        if control {
            keys = keys.then(KeyAction::Down { value: held });
        }
        keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        if control {
            keys = keys.then(KeyAction::Up { value: held });
        }
        self.client.perform_actions(keys).await.unwrap();
    }

    /// The text of an element, hidden parts too: WebKitWebDriver answers nothing for text inside a scroll area.
    pub async fn text(&self, id: &str) -> String {
        text_of(&self.element(id).await).await
    }

    /// Waits until the text of an element holds `part`, and answers the text.
    pub async fn text_with(&self, id: &str, part: &str) -> String {
        self.text_when(id, &format!("holds “{part}”"), |text| text.contains(part)).await
    }

    /// Waits until the text of the first element of this id pleases, and answers it.
    pub async fn text_when(&self, id: &str, what: &str, pleases: impl Fn(&str) -> bool) -> String {
        let css = selector(id);
        self.until(&format!("the text of {id} {what}"), || async {
            let mut texts = Vec::new();
            for element in self.client.find_all(Locator::Css(&css)).await.unwrap_or_default() {
                let text = text_of(&element).await;
                if pleases(&text) {
                    return Ok(text);
                }
                texts.push(text);
            }
            Err(format!("{texts:?}"))
        })
        .await
    }

    /// Waits until no element of this id is shown.
    pub async fn gone(&self, id: &str) {
        let css = selector(id);
        self.until(&format!("{id} is gone"), || async {
            for element in self.client.find_all(Locator::Css(&css)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return Err("it is shown");
                }
            }
            Ok(())
        })
        .await;
    }

    /// Waits until a script answers something true, and answers that.
    pub async fn script_when(&self, what: &str, script: &str) -> Value {
        self.until(what, || async {
            match self.client.execute(script, vec![]).await {
                Ok(Value::Null | Value::Bool(false)) => Err("not yet".to_owned()),
                Ok(value) => Ok(value),
                Err(error) => Err(error.to_string()),
            }
        })
        .await
    }

    /// Draws strokes with the mouse; points are parts of the element's width and height, from its top left corner.
    pub async fn draw(&self, id: &str, strokes: &[&[(f64, f64)]]) {
        let element = self.element(id).await;
        self.client
            .execute("arguments[0].scrollIntoView({block: 'center'})", vec![json!(element)])
            .await
            .unwrap();
        let (_, _, width, height) = element.rectangle().await.unwrap();
        for stroke in strokes {
            let mut mouse = MouseActions::new("mouse".to_owned());
            for (number, (x, y)) in stroke.iter().enumerate() {
                // An element's origin is its centre.
                mouse = mouse.then(PointerAction::MoveToElement {
                    element: element.clone(),
                    duration: Some(Duration::from_millis(12)),
                    x: (x - 0.5) * width,
                    y: (y - 0.5) * height,
                });
                if number == 0 {
                    mouse = mouse.then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
                }
            }
            mouse = mouse.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
            self.client.perform_actions(Actions::from(mouse)).await.unwrap();
        }
    }

    /// Keeps a picture of the page as `NAME-title.png`.
    pub async fn picture(&self, title: &str) -> PathBuf {
        let path = place::pictures().join(format!("{}-{title}.png", self.name));
        // What is in the document a moment ago may not be painted yet.
        tokio::time::sleep(Duration::from_millis(250)).await;
        std::fs::write(&path, self.client.screenshot().await.unwrap()).unwrap();
        path
    }

    /// Tries until it goes well; after its patience fails with what was seen last, a picture and the page's text.
    pub async fn until<T, E: Debug, F: Future<Output = Result<T, E>>>(&self, what: &str, mut attempt: impl FnMut() -> F) -> T {
        let end = Instant::now() + self.patience;
        loop {
            let last = match attempt().await {
                Ok(value) => return value,
                Err(last) => last,
            };
            if Instant::now() > end {
                let picture = self.picture("failed").await;
                let body = self.client.find(Locator::Css("body")).await.ok();
                let text = match &body {
                    Some(body) => text_of(body).await,
                    None => String::new(),
                };
                panic!("waited in vain until {what}: {last:?}\npicture: {}\npage: {text}", picture.display());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

async fn text_of(element: &Element) -> String {
    element.prop("textContent").await.ok().flatten().unwrap_or_default()
}
