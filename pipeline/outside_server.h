/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the outside decoder (stages/outside.h). A reader may start no program once it is confined; so before, it forks off a server that
 * only waits, and asks it over a socket. For each order the server runs 7z under limits of its own: 7z reads the one descriptor
 * that it is given and the libraries of the system, writes to two pipes, and can open no file for writing, reach no network and
 * execute nothing else. The password comes to it by its standard input.
 */
#ifndef PIPELINE_OUTSIDE_SERVER_H
#define PIPELINE_OUTSIDE_SERVER_H

#include "stages/outside.h"

/* The program that this machine has for it, NULL for none. */
const char *outside_program(void);

/*
 * Forks the server off, in a process of one thread. program: what it runs, for as long as the process lives; required: whether it runs
 * nothing where the kernel cannot confine it. False when there is no process to be had. The server ends when this process does.
 */
bool outside_server_begin(struct outside *outside, const char *program, bool required);
/* Ends it; for tests. */
void outside_server_end(struct outside *outside);

/* ---- between its files ---- */

/* Waits for orders at the channel until that ends. */
void outside_serve(int channel, const char *program, bool required);
/*
 * Confines this process for good, to what the program needs to read the file at fd. False when `required` and the kernel gives no part of
 * it.
 */
bool outside_confine(const char *program, int fd, bool required);

#endif
