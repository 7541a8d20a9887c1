// Unison's own part of the admin's scripts.

// A field in which one chooses by typing is drawn anew by select2, which leaves out what it is called: tell it again.
function nameChoosers() {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const called = document.querySelector(`label[for="${field.id}"]`);
    const drawn = field.parentElement.querySelector("[role=combobox]");
    if (called && drawn) {
      called.id ||= `${field.id}_label`;
      drawn.setAttribute("aria-labelledby", `${called.id} ${drawn.getAttribute("aria-labelledby")}`);
      drawn.querySelector("[role=textbox]")?.setAttribute("aria-labelledby", called.id);
    }
  }
}

// After everything that waits in jQuery's queue for the page, of which drawing these fields is a part.
window.addEventListener("load", () => window.django?.jQuery?.(nameChoosers));
