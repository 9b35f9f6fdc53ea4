// What every page of the staff needs.
import "./time-ago.js";
import "./form-guard.js";
import "./dialog-open.js";
import "./menu-button.js";
import "./flash-note.js";
import "./not-now.js";
import "./error-focus.js";
import "./file-list.js";
import "./find.js";
import "./keys.js";
