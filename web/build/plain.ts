/**
 * What React's compiler leaves as it is written.
 *
 * These draw what they are given and keep nothing that others compare: whoever holds them is compiled, or a `memo`,
 * and hands them the same elements while nothing has changed. Kept once more in each of them, all that takes 8 kB
 * of the first load. Only what draws, never a hook in a file of its own: effects compare what hooks return. Hooks whose
 * functions only run on a key or a press, and which nobody compares, say "use no memo" themselves.
 */
const FOLDERS = [
  "app",
  "components",
  "markdown/blocks",
  "features/house",
  "features/models/picker",
  "features/conversations/start",
  "features/conversations/page/parts",
  "features/conversations/page/turn",
]
const FILES = [
  String.raw`composer/[\w-]+`,
  "composer/attachments/(?:add-menu|files-here)",
  "composer/queue/queue-here",
  "composer/voice/voice-button",
  "list/(?:announce/announcer|dialog-host|list-head|list-state|rename-field|[\\w-]+-slot)",
  "page/(?:announcer|conversation-page|jump-button|lanes-turn|load-problem|talk-header|talk-skeleton|title-field)",
]

export const PLAIN = new RegExp(`/src/(?:(?:${FOLDERS.join("|")})/.*|features/conversations/(?:${FILES.join("|")}))\\.tsx$`)
