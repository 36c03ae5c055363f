/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/completion.h"

#include <ctype.h>
#include <string.h>

const struct completion_shell completion_shells[] = {
	{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}, {NULL, NULL}};

/*
 * The words that tables have for what is asked for. What is none of them is a number, a time, a
 * name: nothing to choose from.
 */
static const struct {
	const char *word;
	enum completes completes;
} words[] = {{"D", COMPLETES_DEVICES},          {"DEVICE", COMPLETES_DEVICES},    {"DIR", COMPLETES_FOLDERS},
             {"FILE", COMPLETES_FILES},         {"PLAN", COMPLETES_SCENARIOS},    {"SOCKET", COMPLETES_FILES},
             {"CAPTURE", COMPLETES_FILES},      {"SESSION", COMPLETES_SCENARIOS}, {"SUITE", COMPLETES_SCENARIOS},
             {"SCENARIO", COMPLETES_SCENARIOS}, {"COMMAND", COMPLETES_NOTHING}};

static enum completes of_word(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(words[i].word, word, length) == 0 && words[i].word[length] == '\0')
			return words[i].completes;
	return COMPLETES_NOTHING;
}

/* Choices are in lower case. */
static enum completes of_first(const char *text)
{
	const size_t length = strcspn(text, "| .[");

	if (text[length] == '|' && islower((unsigned char)text[0]))
		return COMPLETES_CHOICES;
	return of_word(text, length);
}

enum completes completion_of(const char *word)
{
	return word == NULL ? COMPLETES_NOTHING : of_first(word);
}

enum completes completion_of_operands(const struct cli_command *command)
{
	return strcmp(command->operands, "[COMMAND]") == 0 ? COMPLETES_COMMANDS : of_first(command->operands);
}

void completion_put_choices(FILE *stream, const char *word)
{
	for (; *word != '\0' && *word != ' '; word++)
		fputc(*word == '|' ? ' ' : *word, stream);
}
