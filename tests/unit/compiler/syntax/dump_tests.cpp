// Tests as S-expressions.
#include "tests/unit/compiler/syntax/dump_support.h"

namespace endcap {

using namespace ast;

namespace {

std::string dump(const TestMoment& at) { return at.date + "T" + at.time + (at.zone ? "@" + *at.zone : ""); }

std::string dump(const std::optional<About>& about) {
  if (!about) return "";
  return form("for", {about->every ? "every " + about->every->text : '"' + about->text + '"'});
}

std::string dump(const TestCount& count) {
  if (count.form == TestCount::Form::Unsaid) return "";
  return count.form == TestCount::Form::Always ? "always" : "x" + std::to_string(count.count);
}

std::string dump(const GivenStmt::Field& field) {
  return field.name.text + ":" + (field.every ? "every " + field.every->text : endcap::dump(field.value)) +
         (field.last ? ".." + endcap::dump(field.last) : "");
}

}  // namespace

std::string dump(const TestStmt& statement) {
  return std::visit(
      Overloaded{
          [](const GivenStmt& s) {
            return form("given",
                        {s.view.text, each(s.fields, [](const GivenStmt::Field& f) { return dump(f); })});
          },
          [](const AnswersStmt& s) {
            return form("answers", {s.advisor.text, dump(s.arguments), dump(s.value),
                                    clause("confidence", s.confidence ? s.confidence->text + "%" : "")});
          },
          [](const BecomesStmt& s) {
            return form("becomes", {s.view.text, dump(s.key), s.field.text, dump(s.value)});
          },
          [](const StartStmt& s) {
            return form("start", {s.workflow.text(), dump(s.arguments), dump(s.at)});
          },
          [](const StartScheduleStmt& s) {
            return form("start", {"schedule", s.schedule.text(), dump(s.at)});
          },
          [](const StartCarrierStmt& s) {
            return form("start", {s.sync ? "sync" : "route", s.carrier.text(), dump(s.at)});
          },
          [](const AfterStmt& s) {
            return form("after", {s.until ? "until " + dump(*s.until) : dump(s.duration)});
          },
          [](const SendStmt& s) {
            return form("send", {s.event.text(), dump(s.arguments)});
          },
          [](const CallsStmt& s) {
            return form("calls", {s.partner.text, s.operation.text(), dump(s.arguments),
                                  clause("version", s.version ? std::to_string(*s.version) : ""),
                                  s.at ? dump(*s.at) : "", s.person ? "as " + s.person->text : "",
                                  s.refused ? "refused" : ""});
          },
          [](const DecideStmt& s) {
            const char* const kVerb[] = {"approves", "rejects", "counters", "does", "delegates"};
            return form(kVerb[static_cast<size_t>(s.verb)],
                        {s.role.text, s.every ? "every" : "", s.what.text(), dump(s.answers), dump(s.about),
                         clause("to", s.to),
                         clause("except", each(s.except, [](const Name& n) { return '"' + n.text + '"'; })),
                         s.person ? "as " + *s.person : "", s.reason.empty() ? "" : '"' + s.reason + '"',
                         s.refused ? clause("refused", s.refused->choice ? s.refused->choice->text
                                                                         : '"' + s.refused->text + '"')
                                   : ""});
          },
          [](const FaultStmt& s) {
            const char* const kKind[] = {"rejected", "unavailable", "invalid", "times-out", "too-late"};
            return form(kKind[static_cast<size_t>(s.kind)],
                        {s.subject.text(), dump(s.about), dump(s.rejection), dump(s.count)});
          },
          [](const ExpectStmt& s) {
            const char* const kWhat[] = {"asked",   "granted",     "rejected",  "refused",   "countered",
                                         "expired", "reminded",    "permitted", "forbidden", "task",
                                         "write",   "notify",      "raised",    "resolved",  "lapsed",
                                         "answer",  "alternative", "held",      "outcome",   "fails",
                                         "waiting", "suspended",   "late"};
            return form("expect", {kWhat[static_cast<size_t>(s.what)], s.subject.text(),
                                   clause("of", dump(s.roles)), dump(s.about), dump(s.count),
                                   s.at ? "at " + s.at->date + " " + s.at->time : std::string()});
          },
      },
      statement.node);
}

}  // namespace endcap
