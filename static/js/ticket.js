// A ticket on the desk.
import "./keys.js";
import "./sheets.js";
import "./composer.js";
import "./saves.js";
import "./keep-unsaved.js";
import "./live-poll.js";
