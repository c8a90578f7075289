# SPDX-License-Identifier: Apache-2.0
#
# The night of `pipeline` from cron: copy this to /etc/cron.d/pipeline (no dot in the name, or cron passes over it), and say who gets
# the mail, who reads, and what. Cron mails what is printed and nothing else: with --only-news a quiet night sends no mail.
# The index locks itself, so there is no need of flock; --lock skip lets a night pass while another still reads.
SHELL=/bin/sh
PATH=/usr/local/bin:/usr/bin:/bin
MAILTO=root
LC_ALL=C.UTF-8
PIPELINE_INDEX=/var/lib/pipeline/index

# Once, as root: the user, and a folder for the index, which its group may ask.
#     systemd-sysusers    or    adduser --system --group --home /var/lib/pipeline --no-create-home pipeline
#     install -d -o pipeline -g pipeline -m 2750 /var/lib/pipeline /var/lib/pipeline/index
#     install -d -o pipeline -m 755 /var/cache/pipeline
30 2 * * *  pipeline  pipeline nightly --only-news --lock skip --quiet --metrics /var/cache/pipeline/pipeline.prom /srv/cases
