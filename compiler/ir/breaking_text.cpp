// The words a comparison of signatures is told in.
#include <fmt/format.h>

#include <array>

#include "compiler/ir/breaking.h"
#include "compiler/sema/tests.h"

namespace endcap::ir {

using FindingKind = UpgradeFinding::Kind;

std::string_view word(FindingKind kind) {
  static constexpr std::array<std::string_view, 19> kWords{
      "workflow gone",   "version not raised", "key changed",       "wait point gone",    "kind changed",
      "event gone",      "event new",          "event key changed", "value new",          "type changed",
      "label changed",   "control changed",    "grant unasked",     "projection changed", "element changed",
      "written already", "payload changed",    "policy changed",    "whole again"};
  return kWords[static_cast<size_t>(kind)];
}

std::string_view word(WorkflowUpgrade::Verdict verdict) {
  static constexpr std::array<std::string_view, 4> kWords{"same", "new", "maps", "strands"};
  return kWords[static_cast<size_t>(verdict)];
}

std::string describe(const UpgradeFinding& finding) {
  switch (finding.kind) {
    case FindingKind::WorkflowGone:
      return "the workflow is gone: every instance of it would stand still for good";
    case FindingKind::VersionNotRaised:
      return fmt::format("what instances depend on has changed, but the version is {} and was {}",
                         finding.after, finding.before);
    case FindingKind::KeyChanged:
      return fmt::format(
          "the instance's key was `{}` and is `{}`: instances would be found under another key",
          finding.before, finding.after);
    case FindingKind::PointGone:
      return fmt::format("the wait point `{}` ({}) is gone", finding.subject, finding.before);
    case FindingKind::KindChanged:
      return fmt::format("the wait point `{}` was of kind \"{}\" and is of kind \"{}\"", finding.subject,
                         finding.before, finding.after);
    case FindingKind::EventGone:
      return fmt::format("the event {} is not awaited any more, but {}", finding.before, finding.after);
    case FindingKind::EventNew:
      return fmt::format("the event {} is heard there now, by `{}`, which the old version did not note",
                         finding.subject, finding.after);
    case FindingKind::EventKeyChanged:
      return fmt::format("the event {} was told apart by {} and is by `{}`", finding.subject, finding.before,
                         finding.after);
    case FindingKind::ValueNew:
      return fmt::format("`{}` ({}) is needed after the wait, and the old version does not keep it",
                         finding.subject, finding.after);
    case FindingKind::TypeChanged:
      return fmt::format("`{}` was {} and is {}", finding.subject, finding.before, finding.after);
    case FindingKind::LabelChanged:
      return fmt::format("{} was {} and is {}",
                         finding.subject.starts_with(kGiven) ? finding.subject : "`" + finding.subject + "`",
                         finding.before, finding.after);
    case FindingKind::ControlChanged:
      return fmt::format(
          "advice has decided which instances stand at {}, and what follows there counts as decided without "
          "it",
          finding.subject);
    case FindingKind::UnaskedChanged:
      return fmt::format("`{}` was asked for {}, and could be written for it now", finding.subject,
                         finding.before);
    case FindingKind::ProjectionChanged:
      return fmt::format("`{}` ({}) was read from other properties of its system", finding.subject,
                         finding.before);
    case FindingKind::ElementChanged:
      return fmt::format("what `{}` runs over or collects was {} and is {}", finding.subject, finding.before,
                         finding.after);
    case FindingKind::WrittenAlready:
      return fmt::format("`{}` of `{}` may have been written before the wait, and is written behind it now",
                         finding.before, finding.subject);
    case FindingKind::PayloadChanged:
      return fmt::format("what `{}` sends has another schema: was {}, is {}", finding.subject, finding.before,
                         finding.after);
    case FindingKind::PolicyChanged:
      return fmt::format("`{}` was asked for under {} and is under {}", finding.subject, finding.before,
                         finding.after);
    case FindingKind::WholeAgain:
      return fmt::format("`{}` was decided {} and is {}: a line that was refused would have no path",
                         finding.subject, finding.before, finding.after);
  }
  return "";
}

std::string remedy(const UpgradeFinding& finding, const WorkflowUpgrade& upgrade) {
  const std::string clause = fmt::format("an `upgrades from {}` clause", upgrade.old_version);
  if (finding.parts_unknown)
    return "start this Endcap with the project as it was first: the one that made the instances did not note "
           "which parts of values are advice";
  switch (finding.kind) {
    case FindingKind::WorkflowGone:
      return "keep the workflow until its last instance has ended, or give a renamed one its name back";
    case FindingKind::VersionNotRaised:
      return fmt::format("write `version {}`", upgrade.old_version + 1);
    case FindingKind::KeyChanged:
      return "keep the key, and give the other one to a workflow of another name";
    case FindingKind::PointGone:
      return fmt::format(
          "keep the wait point under its path, or say in {} which one takes its place: `wait {} "
          "becomes ...`",
          clause, sema::written_path(finding.subject));
    case FindingKind::KindChanged:
      return "keep the wait point and give the other wait a name of its own";
    case FindingKind::EventGone:
      return "keep waiting for the event until its last instance has ended";
    case FindingKind::EventNew:
      return "hear the event in a wait of its own, or when the last instance that waits there has gone on";
    case FindingKind::EventKeyChanged:
      return "keep what tells the event apart until the last instance that waits there has gone on";
    case FindingKind::ValueNew:
      if (!finding.clause_helps) return "keep the loop or list around the wait as it was";
      return fmt::format(
          "do without it after the wait, or give it a value in {}: `let {} = ...`, or `let {} = reread` "
          "where what it is read by is held",
          clause, finding.subject, finding.subject);
    case FindingKind::TypeChanged:
      return fmt::format(
          "keep its type, give the value of the other type a name of its own, or, where it was read, have it "
          "read again in {}: `let {} = reread`",
          clause, finding.subject);
    case FindingKind::LabelChanged:
      return "keep its label: what was held under one is not used under the other";
    case FindingKind::ControlChanged:
      return "keep the wait point under the advice that leads there until its last instance has gone on, and "
             "give the other wait a name of its own";
    case FindingKind::UnaskedChanged:
      return "write it where advice does not decide, or ask for another grant behind the wait";
    case FindingKind::ProjectionChanged:
      return fmt::format("read it again behind the wait, or in {}: `let {} = reread`", clause,
                         finding.subject);
    case FindingKind::ElementChanged:
      return "keep what it runs over and collects until its last element has ended";
    case FindingKind::WrittenAlready:
      return "write it before the wait until its last instance has gone on, or ask for another grant behind "
             "it";
    case FindingKind::PayloadChanged:
      return "keep what was approved or asked as it is; a grant over another payload is void and must be "
             "asked for again";
    case FindingKind::PolicyChanged:
      return "keep the policy for what is already asked, and govern the new proposals by the other";
    case FindingKind::WholeAgain:
      return "keep `by line` and its `on refused` until what is asked and granted by line is written";
  }
  return "";
}

}  // namespace endcap::ir
