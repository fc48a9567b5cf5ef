// Brings the script of the stage to the page, once.

import { lend } from "./lending.js";
import { drawStage } from "./stage/whole.js";

lend("receptive_stage", drawStage);

export default function () {}
