// Words that histories are made of, by number. PERSISTED: a list only grows at its end; nothing in it is
// changed, moved or taken out. A word that is in no list is written out, and costs its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace endcap::history {

// 0: written out.
inline constexpr auto kKinds = std::to_array<std::string_view>({"",
                                                                "started",
                                                                "raised",
                                                                "resolving",
                                                                "raisedAgain",
                                                                "awaited",
                                                                "notStarted",
                                                                "askedEnded",
                                                                "notRaised",
                                                                "read",
                                                                "notify",
                                                                "write",
                                                                "undo",
                                                                "advice",
                                                                "failedAttempt",
                                                                "unclear",
                                                                "notDone",
                                                                "asksPerson",
                                                                "asked",
                                                                "askedAgain",
                                                                "permitted",
                                                                "forbidden",
                                                                "reserved",
                                                                "beyondBudget",
                                                                "reminded",
                                                                "escalated",
                                                                "expired",
                                                                "decided",
                                                                "delegated",
                                                                "countered",
                                                                "granted",
                                                                "rejected",
                                                                "lineRefused",
                                                                "void",
                                                                "taskOpened",
                                                                "taskDone",
                                                                "waits",
                                                                "heard",
                                                                "handling",
                                                                "elementFailed",
                                                                "tooManyFailed",
                                                                "due",
                                                                "late",
                                                                "doneLate",
                                                                "fannedOut",
                                                                "joined",
                                                                "skipped",
                                                                "sweeps",
                                                                "swept",
                                                                "runs",
                                                                "ran",
                                                                "upgraded",
                                                                "suspended",
                                                                "quarantined",
                                                                "resumed",
                                                                "ending",
                                                                "compensating",
                                                                "finished",
                                                                "failed",
                                                                "reread",
                                                                "guardFaulted",
                                                                "handlerFailed"});

// Members of what an entry tells. 0: written out.
inline constexpr auto kMembers = std::to_array<std::string_view>({"",
                                                                  "task",
                                                                  "call",
                                                                  "operation",
                                                                  "system",
                                                                  "target",
                                                                  "key",
                                                                  "attempt",
                                                                  "payload",
                                                                  "outcome",
                                                                  "rejection",
                                                                  "message",
                                                                  "workflow",
                                                                  "version",
                                                                  "program",
                                                                  "arguments",
                                                                  "by",
                                                                  "id",
                                                                  "schedule",
                                                                  "moment",
                                                                  "partner",
                                                                  "exception",
                                                                  "times",
                                                                  "failure",
                                                                  "advisor",
                                                                  "inputHash",
                                                                  "took",
                                                                  "because",
                                                                  "model",
                                                                  "confidence",
                                                                  "ageSeconds",
                                                                  "question",
                                                                  "role",
                                                                  "roles",
                                                                  "label",
                                                                  "policy",
                                                                  "proposals",
                                                                  "proposal",
                                                                  "name",
                                                                  "count",
                                                                  "leaves",
                                                                  "merkleRoot",
                                                                  "within",
                                                                  "remind",
                                                                  "escalations",
                                                                  "validUntil",
                                                                  "again",
                                                                  "byLine",
                                                                  "rule",
                                                                  "at",
                                                                  "calendar",
                                                                  "calendarVersion",
                                                                  "scope",
                                                                  "budget",
                                                                  "for",
                                                                  "amount",
                                                                  "used",
                                                                  "limit",
                                                                  "person",
                                                                  "covers",
                                                                  "as",
                                                                  "decision",
                                                                  "reason",
                                                                  "remark",
                                                                  "except",
                                                                  "refused",
                                                                  "to",
                                                                  "from",
                                                                  "offer",
                                                                  "facts",
                                                                  "factsBefore",
                                                                  "prefilled",
                                                                  "advised",
                                                                  "answers",
                                                                  "unchanged",
                                                                  "until",
                                                                  "event",
                                                                  "source",
                                                                  "value",
                                                                  "compensate",
                                                                  "inFlight",
                                                                  "writes",
                                                                  "failed",
                                                                  "stopped",
                                                                  "settling",
                                                                  "due",
                                                                  "parallel",
                                                                  "skipped",
                                                                  "combinations",
                                                                  "lists",
                                                                  "matching",
                                                                  "programBefore",
                                                                  "currency",
                                                                  "undo"});

// Texts that are the same in every program. 0: written out.
inline constexpr auto kTexts = std::to_array<std::string_view>(
    {"", "ok", "rejected", "unavailable", "invalid", "answered", "alternative", "approve", "reject", "done",
     "counter", "not sent: the facts of its grant have changed", "not sent: its grant has expired",
     "not sent: a person refused it", "no line of it is left"});

// One of the lists, to look words up in.
class Numbers {
 public:
  template <size_t N>
  explicit Numbers(const std::array<std::string_view, N>& words) {
    for (uint32_t i = 1; i < N; ++i) numbers_.emplace(words[i], i);
  }
  std::optional<uint32_t> of(std::string_view word) const {
    const auto found = numbers_.find(word);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::unordered_map<std::string_view, uint32_t> numbers_;
};
inline const Numbers kKindNumbers(kKinds), kMemberNumbers(kMembers), kTextNumbers(kTexts);

}  // namespace endcap::history
