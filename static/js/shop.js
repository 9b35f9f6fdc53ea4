// What every page of the customers needs.
import "./time-ago.js";
import "./form-guard.js";
import "./dialog-open.js";
import "./flash-note.js";
import "./error-focus.js";
import "./file-list.js";
import "./keep-typing.js";
