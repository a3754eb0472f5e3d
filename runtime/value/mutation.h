// The rules of log and engine that a mutation test breaks, one at a time, to see that the simulator finds it
// (tests/sim/mutants). A hook stands where the rule is kept. In a program that ships nothing is left of it.
#pragma once

#include <cstdint>
#include <string_view>

namespace endcap {

enum class Rule : uint8_t {
  None,
  RepliesWaitForTheSync,
  AnswersWaitForWhatTheyRestOn,
  EffectsWaitForTheSync,
  AppliedOnceAcknowledged,
  StartsAreTakenOnce,
  EventsAreTakenOnce,
  CallsOfPartnersAreTakenOnce,
  UndoIsRecorded,
  FailedSyncIsFinal,
  GrantsAreUsedOnce,
  TrimmedUpToFlushed,
  TailIsRewritten,
  StaleSegmentsAreDropped,
  SegmentsGoOneByOne,
  AskedAfterSettling,
  TimersStandAboveTheWatermark,
  CursorsMoveWithTheirEffects,
  DeadlinesSurvive,
  SealedOnceOver,
  PartsCountTogether,
  AnswersNameTheirAttempt,
};

struct RuleName {
  Rule rule;
  std::string_view name;    // of `--mutation`
  std::string_view broken;  // what is done instead
};

inline constexpr RuleName kRules[] = {
    {Rule::RepliesWaitForTheSync, "reply-before-sync", "replies are given before their record is synced"},
    {Rule::AnswersWaitForWhatTheyRestOn, "answer-unsynced", "what was seen before is answered at once"},
    {Rule::EffectsWaitForTheSync, "effect-before-sync", "calls leave before their record is synced"},
    {Rule::AppliedOnceAcknowledged, "apply-before-sync", "the store is applied before the acknowledgement"},
    {Rule::StartsAreTakenOnce, "start-twice", "a start that was seen is taken again"},
    {Rule::EventsAreTakenOnce, "event-twice", "an event that was seen is taken again"},
    {Rule::CallsOfPartnersAreTakenOnce, "partner-twice", "a partner's call that was seen is taken again"},
    {Rule::UndoIsRecorded, "undo-forgotten", "a write leaves no way back"},
    {Rule::FailedSyncIsFinal, "sync-again", "a sync that failed is tried again"},
    {Rule::GrantsAreUsedOnce, "grant-twice", "a grant that was used is used again"},
    {Rule::TrimmedUpToFlushed, "trim-unflushed", "the log is trimmed up to what was applied"},
    {Rule::TailIsRewritten, "tail-kept", "the accepted tail is synced and not written again"},
    {Rule::StaleSegmentsAreDropped, "segment-stale", "a segment that was trimmed is read again"},
    {Rule::SegmentsGoOneByOne, "segments-at-once", "trimmed segments go without a sync in between"},
    {Rule::AskedAfterSettling, "ask-early", "a restart asks while the old request may still arrive"},
    {Rule::TimersStandAboveTheWatermark, "timer-below", "a timer for before the watermark stays there"},
    {Rule::CursorsMoveWithTheirEffects, "cursor-behind", "a cursor moves a record after what it brought"},
    {Rule::DeadlinesSurvive, "deadline-lost", "a restart does not look for what is due"},
    {Rule::SealedOnceOver, "sealed-early", "a history is sealed while its family settles"},
    {Rule::PartsCountTogether, "parts-alone", "parts of a record count without the last one"},
    {Rule::AnswersNameTheirAttempt, "answer-of-before", "an attempt takes the answer of the one before"},
};

#ifdef ENDCAP_MUTANTS
inline Rule broken_rule = Rule::None;  // set before anything runs
inline bool broken(Rule rule) { return rule == broken_rule; }
#else
constexpr bool broken(Rule) { return false; }
#endif

}  // namespace endcap
