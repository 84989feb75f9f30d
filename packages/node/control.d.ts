// Made by `npm run types` from GET /__admin/openapi.json, the OpenAPI document of the control API. Do not change it.

export interface paths {
    "/__admin/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists every call; a browser gets the dashboard */
        get: operations["list_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists the merchants of all providers */
        get: operations["list_accounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/accounts/{provider}/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows a merchant's credentials and settings */
        get: operations["show_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** changes a merchant's settings, and replaces keys under `credentials` */
        patch: operations["change_account"];
        trace?: never;
    };
    "/__admin/act": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists the actions of the outside world */
        get: operations["list_actions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/act/{provider}/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** does what a customer, a bank or a blockchain does */
        post: operations["act"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/assets/{asset}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows a file of our pages */
        get: operations["show_asset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/assumptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists what traffic has leaned on and no document confirms, with the first request that did */
        get: operations["list_assumptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** tries a receiver of webhooks with what it has to refuse and what must do no harm */
        post: operations["audit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/capsule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** gives the whole history of the sandbox as one file, which `playmoney capsule replay` plays again */
        get: operations["save_capsule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows the simulated time and what is due next */
        get: operations["show_clock"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** lets simulated time pass; everything that is due on the way happens */
        post: operations["advance_clock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** stops simulated time */
        post: operations["freeze_clock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock/pending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists what is still to come, soonest first */
        get: operations["list_pending"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** lets simulated time run as fast as real time */
        post: operations["resume_clock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock/scale": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** lets simulated time run at a rate */
        post: operations["scale_clock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/clock/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** tells the simulated time now, and whenever it is set, moves or changes its mode, as server-sent events */
        get: operations["stream_clock"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/contract/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows a provider's contract: all its rows, each with its evidence */
        get: operations["show_contract"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows which parts of the contracts traffic has reached, and how to reach the others */
        get: operations["show_coverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists webhooks and their attempts */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/deliveries/wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** waits until webhooks fit */
        post: operations["wait_for_deliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/deliveries/{delivery}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** sends the same event again now */
        post: operations["resend_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/env": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows base URLs and credentials as environment variables: JSON, or lines for those who accept text/plain */
        get: operations["show_environment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** tells what happens, while it happens, as server-sent events */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** copies the sandbox at this instant */
        post: operations["fork_sandbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** says whether the server answers requests */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/inbox/{inbox}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** receives a webhook */
        get: operations["receive_get"];
        /** receives a webhook */
        put: operations["receive_put"];
        /** receives a webhook */
        post: operations["receive_post"];
        /** receives a webhook */
        delete: operations["receive_delete"];
        /** receives a webhook */
        options: operations["receive_options"];
        /** receives a webhook */
        head: operations["receive_head"];
        /** receives a webhook */
        patch: operations["receive_patch"];
        /** receives a webhook */
        trace: operations["receive_trace"];
    };
    "/__admin/inbox/{inbox}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists what arrived in an inbox */
        get: operations["list_messages"];
        put?: never;
        post?: never;
        /** removes what arrived in an inbox */
        delete: operations["clear_messages"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/inbox/{inbox}/script": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** sets how a built-in inbox answers */
        put: operations["script_inbox"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows figures of the server in the text format of Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists what the providers keep, newest first, with the actions that can come next */
        get: operations["list_objects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/objects/{object}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows one object, as its provider's API does */
        get: operations["show_object"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows the OpenAPI 3.1 document of these calls */
        get: operations["control_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/openapi/{provider}.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows a provider's OpenAPI 3.1 document */
        get: operations["provider_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/replicas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists the servers that have the same sandboxes, and who owns each */
        get: operations["list_replicas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists the journal: requests and their answers */
        get: operations["list_requests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/requests/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** says whether calls were made as expected and, if not, what came nearest */
        post: operations["verify_requests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/requests/wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** waits until calls were made as expected */
        post: operations["wait_for_requests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** takes the sandbox back to its start */
        post: operations["reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists the rules, in the order in which they are asked */
        get: operations["list_rules"];
        put?: never;
        /** adds a rule, which is asked before the others */
        post: operations["add_rule"];
        /** removes all rules */
        delete: operations["clear_rules"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/rules/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** says what is wrong with a rule, and changes nothing */
        post: operations["check_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/rules/{rule}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** removes one rule */
        delete: operations["remove_rule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/sandboxes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists the sandboxes of the server */
        get: operations["list_sandboxes"];
        put?: never;
        /** makes a sandbox with keys, a clock and a state of its own */
        post: operations["create_sandbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/sandboxes/{sandbox}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows a sandbox with its addresses and credentials */
        get: operations["show_sandbox"];
        put?: never;
        post?: never;
        /** deletes a sandbox */
        delete: operations["delete_sandbox"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/scenario": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** names the scenario with which the sandbox began */
        get: operations["show_scenario"];
        put?: never;
        /** begins the sandbox anew with a scenario, as YAML or JSON */
        post: operations["replace_scenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** shows the whole sandbox as one JSON document */
        get: operations["save_state"];
        /** replaces the state of the sandbox by such a document */
        put: operations["restore_state"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/violations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** lists where clients and receivers broke the documented contract */
        get: operations["list_violations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__admin/webhooks/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** says whether a webhook's signature is right and, if not, why */
        post: operations["verify_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        "act.answer": {
            /** @description what was done */
            action: string;
            /** @description `none`: the provider makes nothing of it */
            effect?: string;
            /** @description the object as the provider shows it */
            object: unknown;
            /** @description the slug of the provider */
            provider: string;
            /** @description why it makes nothing of it */
            reason?: string;
            /** @description false: attempts are still under way */
            settled?: boolean;
            /** @description its status afterwards */
            status: string;
            /** @description the object, by the id that the merchant uses */
            subject: string;
        };
        "add_rule.answer": {
            /**
             * Format: date-time
             * @description when it was added
             */
            added_at: string;
            /**
             * Format: date-time
             * @description when it is removed or ceases to fire
             */
            ends_at: string | null;
            /**
             * Format: int64
             * @description how many times it has fired
             */
            fired: number;
            /**
             * Format: int64
             * @description how many requests or webhooks have matched
             */
            fitted: number;
            /** @description the name of the rule */
            name: string;
            /** @description what it is on */
            on?: string;
            /** @description its effects */
            then: Record<string, never>;
            /** @description what its author may not want, when it is added */
            warnings?: Record<string, never>[];
            /** @description its conditions */
            when?: Record<string, never>;
        };
        "advance_clock.answer": {
            /** @description the attempts that have an outcome: the first 10000 */
            deliveries: {
                /**
                 * Format: date-time
                 * @description when it left
                 */
                at: string;
                /**
                 * Format: int64
                 * @description the number of the attempt, from 1
                 */
                attempt: number;
                /** @description how the connection failed, when it did */
                error: string | null;
                /** @description the event */
                event: string;
                /** @description the id of the delivery: dlv-1 */
                id: string;
                /** @description the slug of the provider */
                provider: string | null;
                /** @description the HTTP status of the receiver */
                status: number | null;
                /** @description the object, by the id that the merchant uses */
                subject: string;
            }[];
            /**
             * Format: int64
             * @description how many attempts have an outcome
             */
            deliveries_total: number;
            /** @description what was due on the way: the first 10000 */
            fired: {
                /**
                 * Format: date-time
                 * @description when
                 */
                at: string;
                /** @description what happened */
                detail: string;
                /**
                 * @description what it was
                 * @enum {string}
                 */
                kind: "timer" | "block" | "delivery";
                /** @description the slug of the provider */
                provider: string | null;
                /** @description the object, by the id that the merchant uses */
                subject: string;
            }[];
            /**
             * Format: int64
             * @description how much was due
             */
            fired_total: number;
            /**
             * Format: date-time
             * @description where the walk began
             */
            from: string;
            /** @description the walk has stopped at a bound and can be continued */
            incomplete?: boolean;
            /**
             * Format: date-time
             * @description where it stands
             */
            now: string;
            /**
             * Format: int64
             * @description what is still to come, when the walk is incomplete
             */
            pending?: number;
        };
        "advance_clock.request": {
            /** @description how much time passes: 31m, 1h30m or PT31M */
            by?: string;
            /** @description how far ahead `until` looks; the default is 30d */
            limit?: string;
            /** @description the moment at which to stop, as RFC 3339 writes it */
            to?: string;
            /**
             * @description what to stop after: the next due thing, everything, or the next attempt of a webhook
             * @enum {string}
             */
            until?: "next" | "idle" | "delivery";
        };
        "audit.answer": {
            /** @description the checks; the good event is among them when it was asked for, or was not accepted */
            checks: {
                /** @description what the receiver answered; null when the check was skipped */
                answered: {
                    /**
                     * Format: int64
                     * @description milliseconds of real time until the outcome
                     */
                    duration_ms: number;
                    /** @description how the connection failed, when it did */
                    error: string | null;
                    /** @description the HTTP status */
                    status: number | null;
                } | null;
                /**
                 * @description what the receiver has to do: accept it, refuse it, or accept it without a further effect
                 * @enum {string}
                 */
                must: "accept" | "refuse" | "not_change";
                /** @description its name: tampered_body */
                name: string;
                /** @description what was sent last; null when the check was skipped */
                sent: {
                    /** @description its body */
                    body: string;
                    /** @description its headers */
                    headers: Record<string, never>;
                    /** @description the text that was signed */
                    signed: string | null;
                } | null;
                /**
                 * @description whether the receiver has done what it has to do
                 * @enum {string}
                 */
                verdict: "pass" | "fail" | "skipped";
                /** @description the reason; of a check that has failed, also what to change in the receiver */
                why: string;
            }[];
            /**
             * Format: int64
             * @description how many it has failed
             */
            failed: number;
            /**
             * Format: int64
             * @description how many checks it has passed
             */
            passed: number;
            /** @description the slug of the provider */
            provider: string;
            /**
             * Format: int64
             * @description how many could not be made
             */
            skipped: number;
            /** @description the address of the receiver */
            target: string;
        };
        "audit.request": {
            /** @description the names of the checks to make; without them, all */
            checks?: ("good_event" | "tampered_body" | "wrong_secret" | "altered_signature" | "missing_signature" | "signature_of_another_event" | "stale_timestamp" | "replayed_nonce" | "wrong_algorithm" | "other_account" | "duplicate" | "out_of_order" | "extra_field" | "unknown_event" | "reordered_members" | "late_answer")[];
            /** @description an address of the application that answers GET with the effect of the event, such as http://127.0.0.1:8000/orders/42 */
            probe?: string;
            /** @description the slug of the provider whose webhooks the receiver gets */
            provider: string;
            /** @description the secret with which the receiver verifies; without one, that which signs the account's webhooks */
            secret?: string;
            /** @description the address of the receiver; without one, that of the account */
            webhook_url?: string;
        };
        "change_account.answer": {
            /** @description its id */
            account: string;
            /** @description its keys, by name */
            credentials: Record<string, never>;
            /** @description the slug of the provider */
            provider: string;
            /** @description each setting with its value, its default, its meaning and, if it is a word, the words to choose from; the values stand beside this member too */
            settings: Record<string, never>;
        };
        "check_rule.answer": {
            /** @description the rule as it was read */
            rule: Record<string, never>;
            /** @description true */
            valid: boolean;
            /** @description what its author may not want */
            warnings?: Record<string, never>[];
        };
        "clear_messages.answer": {
            /** @description the name of the inbox */
            inbox: string;
            /**
             * Format: int64
             * @description how many messages it had
             */
            removed: number;
        };
        "clear_rules.answer": {
            /** @description the names of the rules */
            removed: string[];
        };
        "control_openapi.answer": {
            /** @description the version of the specification */
            openapi: string;
            /** @description the calls */
            paths: Record<string, never>;
        };
        "create_sandbox.answer": {
            /**
             * Format: int64
             * @description about how much memory it takes
             */
            bytes: number;
            /** @description its clock */
            clock: {
                /**
                 * @description how simulated time runs
                 * @enum {string}
                 */
                mode: "real" | "frozen" | "scaled";
                /**
                 * Format: date-time
                 * @description the simulated time
                 */
                now: string;
            };
            /**
             * Format: date-time
             * @description when it was made, in real time
             */
            created_at: string;
            /**
             * Format: int64
             * @description how many webhooks are kept
             */
            deliveries: number;
            /** @description the same as environment variables */
            env: Record<string, never>;
            /**
             * Format: date-time
             * @description when it is deleted unless a request comes
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description when the latest request came, in real time
             */
            last_used_at: string;
            /** @description its name */
            name: string;
            /**
             * Format: int64
             * @description how many objects the providers keep
             */
            objects: number;
            /** @description for each provider its `base_url` and `credentials` */
            providers: Record<string, never>;
            /**
             * Format: int64
             * @description how many requests were made
             */
            requests: number;
            /**
             * Format: int64
             * @description the seed of all that is drawn
             */
            seed: number;
            /** @description how long it stays after the latest request */
            ttl: string | null;
            /** @description what the author of its scenario may not want */
            warnings?: Record<string, never>[];
        };
        "create_sandbox.request": {
            /** @description how simulated time runs: `mode` is real, frozen or scaled (with `rate`), `now` the first moment */
            clock?: {
                /**
                 * @description how it runs
                 * @enum {string}
                 */
                mode?: "real" | "frozen" | "scaled";
                /**
                 * Format: date-time
                 * @description the first moment
                 */
                now?: string;
                /** @description simulated seconds for each real second, when it is scaled */
                rate?: number;
            };
            /** @description its name: 1 to 63 of a-z, 0-9 and -; without one it is `sandbox-1` or the next that is free */
            name?: string;
            /** @description a scenario, as YAML */
            scenario?: string;
            /**
             * Format: int64
             * @description the seed of all that is drawn
             */
            seed?: number;
            /** @description the real time after the last request at which it is deleted: PT30M or 30m */
            ttl?: string;
            /** @description the webhook address of every account; `{provider}` is replaced by the slug of the provider */
            webhook_url?: string;
        };
        "cryptopay.confirm": {
            /**
             * Format: int64
             * @description the final number of confirmations; the default is enough
             */
            confirmations?: number;
            /** @description the order's order_id, or its id */
            order: string;
        };
        "cryptopay.drop-transfer": {
            /** @description the order's order_id, or its id */
            order: string;
        };
        "cryptopay.fail": {
            /** @description the order's order_id, or its id */
            order: string;
        };
        "cryptopay.pay": {
            /** @description the amount that is transferred; the default is the order's amount */
            amount?: number | string;
            /**
             * @description the token that is transferred, one of the order's chain; the default is the order's token
             * @enum {string}
             */
            currency?: "ETH" | "USDC" | "USDT" | "DAI" | "cbBTC" | "MATIC" | "WETH" | "BNB" | "BUSD" | "ARB";
            /** @description the order's order_id, or its id */
            order: string;
        };
        "cryptopay.reorg": {
            /** @description which chain, by its slug; the first that the provider watches unless given */
            blockchain?: string;
            /**
             * Format: int64
             * @description how many of the latest blocks are undone: watched transfers lose that many confirmations, and get them back with the blocks that follow
             */
            depth: number;
        };
        "cryptopay.rotate-secret": {
            /** @description the endpoint's id; the account's own secret is its setting `webhook_secret` */
            endpoint: string;
        };
        "cryptopay.settings": {
            /** @description keys that replace the present ones, which are refused from then on */
            credentials?: {
                api_key?: string;
                password?: string;
                webhook_secret?: string;
            };
            /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
            documented_links?: boolean | null;
            /**
             * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
             * @enum {unknown}
             */
            freshness?: "either" | "virtual" | "real" | null;
            /** @description calls per hour on the plan `enterprise`, whose limit is the merchant's own */
            hourly_limit?: number | null;
            /**
             * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
             * @enum {unknown}
             */
            pace?: "auto" | "manual" | null;
            /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
            page_bar?: boolean | null;
            /**
             * @description calls per hour: 1000, 5000, or what `hourly_limit` says
             * @enum {unknown}
             */
            plan?: "standard" | "premium" | "enterprise" | null;
            /**
             * @description `enforce` refuses calls above the plan's limit, `headers` only reports it, `off` does neither and counts nothing
             * @enum {unknown}
             */
            rate_limit?: "enforce" | "headers" | "off" | null;
            /** @description a refresh token works once; the answer has the next one */
            refresh_rotation?: boolean | null;
            /** @description the waits before the retries of a webhook that was not accepted, each counted from the previous attempt */
            retry_schedule?: string[] | null;
            /**
             * @description the clock that dates webhook signatures: the simulated one or the real one
             * @enum {unknown}
             */
            signature_time?: "virtual" | "real" | null;
            /** @description every call of the account, logins included, is 403 FORBIDDEN */
            suspended?: boolean | null;
            /** @description the secret that signs webhooks */
            webhook_secret?: string | null;
            /** @description the address to which the provider sends webhooks; null sends none */
            webhook_url?: string | null;
        };
        "delete_sandbox.answer": {
            /** @description its name */
            deleted: string;
        };
        "fork_sandbox.answer": {
            /**
             * Format: int64
             * @description about how much memory it takes
             */
            bytes: number;
            /** @description its clock */
            clock: {
                /**
                 * @description how simulated time runs
                 * @enum {string}
                 */
                mode: "real" | "frozen" | "scaled";
                /**
                 * Format: date-time
                 * @description the simulated time
                 */
                now: string;
            };
            /**
             * Format: date-time
             * @description when it was made, in real time
             */
            created_at: string;
            /**
             * Format: int64
             * @description how many webhooks are kept
             */
            deliveries: number;
            /** @description the same as environment variables */
            env: Record<string, never>;
            /**
             * Format: date-time
             * @description when it is deleted unless a request comes
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description when the latest request came, in real time
             */
            last_used_at: string;
            /** @description its name */
            name: string;
            /**
             * Format: int64
             * @description how many objects the providers keep
             */
            objects: number;
            /** @description for each provider its `base_url` and `credentials` */
            providers: Record<string, never>;
            /**
             * Format: int64
             * @description how many requests were made
             */
            requests: number;
            /**
             * Format: int64
             * @description the seed of all that is drawn
             */
            seed: number;
            /** @description how long it stays after the latest request */
            ttl: string | null;
            /** @description what the author of its scenario may not want */
            warnings?: Record<string, never>[];
        };
        "fork_sandbox.request": {
            /** @description its name: 1 to 63 of a-z, 0-9 and -; without one it is `sandbox-1` or the next that is free */
            name?: string;
            /** @description the real time after the last request at which it is deleted: PT30M or 30m */
            ttl?: string;
            /** @description where all its webhooks go, with `{provider}` for the slug of the provider; without one, to its inbox `fork` */
            webhook_url?: string;
        };
        "freeze_clock.answer": {
            /**
             * @description how simulated time runs
             * @enum {string}
             */
            mode: "real" | "frozen" | "scaled";
            /** @description what is due next */
            next: {
                /**
                 * Format: date-time
                 * @description when
                 */
                at: string;
                /**
                 * @description what it is
                 * @enum {string}
                 */
                kind: "timer" | "block" | "delivery";
                /** @description the slug of the provider */
                provider: string;
                /** @description the object, by the id that the merchant uses */
                subject: string | null;
            } | null;
            /**
             * Format: date-time
             * @description the simulated time
             */
            now: string;
            /**
             * Format: int64
             * @description timers and deliveries that are still to come
             */
            pending: number;
            /** @description simulated seconds for each real second; 0 while the clock stands */
            rate: number;
        };
        "health.answer": {
            /** @description with a data folder: why nothing can be kept now; calls are refused with 503 meanwhile */
            away?: string | null;
            /** @description with a data folder: what was damaged at the end of its log and was cut off at the start */
            recovered?: {
                /**
                 * Format: int64
                 * @description the byte at which it ends now
                 */
                at?: number;
                /**
                 * Format: int64
                 * @description how many bytes are gone
                 */
                bytes?: number;
                /** @description the file */
                file?: string;
                /** @description what was wrong with them */
                why?: string;
            } | null;
            /** @description ok */
            status: string;
            /** @description the version of Playmoney */
            version: string;
        };
        "list_accounts.answer": {
            /** @description merchants, each as `show_account` shows it */
            accounts: Record<string, never>[];
        };
        "list_actions.answer": {
            /** @description what the outside world can do */
            actions: {
                /** @description its name */
                action: string;
                /** @description how much is known about it */
                evidence: string;
                /** @description what happens */
                meaning: string;
                /** @description its parameters */
                parameters: {
                    /** @description what it says */
                    meaning: string;
                    /** @description the name of the parameter */
                    name: string;
                    /** @description whether it has to be given */
                    required: boolean;
                }[];
                /** @description the slug of the provider */
                provider: string;
                /** @description and from where */
                source: string;
            }[];
        };
        "list_assumptions.answer": {
            /** @description rows of the contracts that no document has and that traffic has leaned on; assumed ones come first */
            assumptions: {
                /**
                 * Format: int64
                 * @description how often traffic has leaned on it
                 */
                count: number;
                /** @description what was decided */
                decision?: string;
                /**
                 * @description its evidence
                 * @enum {string}
                 */
                evidence: "observed" | "assumed";
                /** @description the first time */
                first: {
                    /**
                     * Format: date-time
                     * @description the simulated time
                     */
                    at: string;
                    /** @description its operation: quoine.createInvoice */
                    operation: string | null;
                    /** @description the id of the request: req-1; null: time or the outside world did */
                    request: string | null;
                };
                /** @description its name: quoine.decisions.texts */
                row: string;
                /** @description where it was seen, or the reason of the decision */
                source: string;
            }[];
        };
        "list_calls.answer": {
            /** @description every call */
            calls: {
                /** @description what it does */
                does: string;
                /** @description its method, or ANY */
                method: string;
                /** @description its path */
                path: string;
            }[];
        };
        "list_deliveries.answer": {
            /** @description webhooks, oldest first */
            deliveries: {
                /** @description the id of the account that gets it */
                account: string;
                /** @description its attempts */
                attempts: {
                    /**
                     * Format: date-time
                     * @description when it left
                     */
                    at: string;
                    /** @description more about a failure */
                    detail?: string;
                    /**
                     * Format: int64
                     * @description simulated milliseconds until the outcome
                     */
                    duration_ms: number;
                    /** @description how the connection failed, when it did */
                    error: string | null;
                    /** @description what can be done about it */
                    hint?: string;
                    /**
                     * Format: int64
                     * @description the number of the attempt, from 1
                     */
                    number: number;
                    /** @description it left again, because its outcome was lost with the process that had sent it */
                    repeated?: boolean;
                    /** @description what was sent */
                    request: {
                        /** @description its body: a text, or base64 if `encoding` says so */
                        body: string;
                        /** @description base64 */
                        encoding?: string;
                        /** @description its headers */
                        headers: Record<string, never>;
                    };
                    /** @description what the receiver answered */
                    response: {
                        /** @description its body: a text, or base64 if `encoding` says so */
                        body: string;
                        /** @description base64 */
                        encoding?: string;
                        /** @description its headers */
                        headers: Record<string, never>;
                    } | null;
                    /** @description the text that was signed */
                    signed: string | null;
                    /** @description the HTTP status of the receiver */
                    status: number | null;
                }[];
                /**
                 * Format: date-time
                 * @description when it was owed
                 */
                created_at: string;
                /** @description the event */
                event: string;
                /** @description the provider's own id of the event */
                event_id: string;
                /** @description its id: dlv-1 */
                id: string;
                /**
                 * Format: date-time
                 * @description when the next attempt is due
                 */
                next_attempt_at: string | null;
                /** @description the slug of the provider */
                provider: string;
                /**
                 * @description what has become of it
                 * @enum {string}
                 */
                status: "pending" | "delivered" | "failed";
                /** @description the object, by the id that the merchant uses */
                subject: string;
                /** @description the address */
                url: string;
                /** @description where its receiver broke the contract */
                violations?: {
                    /**
                     * @description what kind of violation it is
                     * @enum {string}
                     */
                    code: "missing_header" | "unknown_field" | "number_format" | "retry_of_refused" | "used_before" | "too_many_calls" | "polling" | "duplicate_refused" | "forgery_accepted";
                    /** @description what the receiver did */
                    detail: string;
                    /** @description how much is known about what it breaks */
                    evidence: string;
                    /** @description the page that it breaks */
                    source: string;
                }[];
            }[];
            /** @description older ones were dropped */
            truncated: boolean;
        };
        "list_messages.answer": {
            /** @description what has arrived, oldest first */
            messages: {
                /**
                 * Format: date-time
                 * @description when it came
                 */
                at: string;
                /** @description its body: a text, or base64 if `encoding` says so */
                body: string;
                /** @description base64 */
                encoding?: string;
                /** @description its headers */
                headers: Record<string, never>;
                /** @description its id: msg-1 */
                id: string;
                /** @description its method */
                method: string;
                /** @description its path and query */
                path: string;
                /** @description the provider whose webhook it seems to be */
                provider: string | null;
                /**
                 * @description the verdict on its signature
                 * @enum {string}
                 */
                signature: "valid" | "invalid" | "unsigned";
            }[];
            /** @description older ones were dropped */
            truncated: boolean;
        };
        "list_objects.answer": {
            /** @description objects, newest first, each as `show_object` shows it, without `object` */
            objects: Record<string, never>[];
            /**
             * Format: int64
             * @description how many objects the asked providers and kinds have, whatever their status
             */
            total: number;
            /** @description there are more: the next list has the last `id` of this one as `before` */
            truncated: boolean;
        };
        "list_pending.answer": {
            /** @description what is to come, soonest first */
            pending: {
                /**
                 * Format: date-time
                 * @description when
                 */
                at: string;
                /** @description what happens, in words */
                detail: string;
                /**
                 * @description what kind of thing it is
                 * @enum {string}
                 */
                kind: "timer" | "block" | "delivery";
                /** @description the slug of the provider */
                provider: string;
                /** @description the object, by the id that the merchant uses */
                subject: string | null;
            }[];
            /** @description there is more */
            truncated: boolean;
        };
        "list_replicas.answer": {
            /** @description the servers that have the same sandboxes */
            replicas: {
                /** @description where the others reach it */
                advertise: string;
                /** @description its name, from its start to its end */
                id: string;
                /**
                 * Format: date-time
                 * @description when it has last renewed its lease, in real time
                 */
                last_seen: string;
                /**
                 * Format: int64
                 * @description how many sandboxes it owns
                 */
                sandboxes: number;
            }[];
            /** @description the sandboxes, in the order of their names */
            sandboxes: {
                /**
                 * Format: int64
                 * @description the number of that ownership, which only grows
                 */
                fence: number;
                /** @description its name */
                name: string;
                /** @description the `id` of the server that owns it; null, if none does */
                owner: string | null;
            }[];
            /** @description there are more sandboxes */
            truncated: boolean;
        };
        "list_requests.answer": {
            /** @description notes that tell what rules and bounds have done */
            notes?: Record<string, never>[];
            /** @description requests and their answers, oldest first */
            requests: {
                /** @description the id of the account that called */
                account: string | null;
                /**
                 * Format: date-time
                 * @description when it came
                 */
                at: string;
                /** @description the documented error, by its name */
                error: string | null;
                /** @description how certain the answer is: the least certain row of the contract that it rests on */
                evidence: {
                    /**
                     * @description the row's evidence
                     * @enum {string}
                     */
                    evidence: "documented" | "observed" | "assumed";
                    /** @description its name */
                    row: string;
                    /** @description its page, or the reason of the decision */
                    source: string;
                } | null;
                /** @description its id: req-1 */
                id: string;
                /** @description what Playmoney has to say */
                note?: string;
                /** @description the operation: quoine.createInvoice */
                operation: string | null;
                /** @description the slug of the provider */
                provider: string | null;
                /** @description what came */
                request: {
                    /** @description its body: a text, or base64 if `encoding` says so */
                    body: string;
                    /** @description base64 */
                    encoding?: string;
                    /** @description its headers */
                    headers: Record<string, never>;
                    /** @description its method */
                    method: string;
                    /** @description its path and query */
                    path: string;
                };
                /** @description what was answered */
                response: {
                    /** @description its body: a text, or base64 if `encoding` says so */
                    body: string;
                    /** @description base64 */
                    encoding?: string;
                    /** @description its headers */
                    headers: Record<string, never>;
                    /**
                     * Format: int64
                     * @description its HTTP status
                     */
                    status: number;
                } | null;
                /** @description the rule that acted */
                rule: string | null;
                /** @description the text under the signature, as the server computes it, where clients sign */
                signed?: string;
                /** @description where the client broke the contract */
                violations: {
                    /**
                     * @description what kind of violation it is
                     * @enum {string}
                     */
                    code: "missing_header" | "unknown_field" | "number_format" | "retry_of_refused" | "used_before" | "too_many_calls" | "polling" | "duplicate_refused" | "forgery_accepted";
                    /** @description what the client did */
                    detail: string;
                    /** @description how much is known about what it breaks */
                    evidence: string;
                    /** @description the page that it breaks */
                    source: string;
                }[];
            }[];
            /** @description older ones were dropped */
            truncated: boolean;
        };
        "list_rules.answer": {
            /** @description rules, each as `add_rule` answers it */
            rules: Record<string, never>[];
        };
        "list_sandboxes.answer": {
            /** @description the sandboxes, in the order of their names, each as `show_sandbox` shows it, without `providers` and `env` */
            sandboxes: Record<string, never>[];
            /** @description there are more than were asked for */
            truncated: boolean;
        };
        "list_violations.answer": {
            /** @description there are more, or older requests were dropped */
            truncated: boolean;
            /** @description where clients and receivers broke the contract, oldest first: 10000 at most */
            violations: {
                /**
                 * Format: date-time
                 * @description when the request, or the answer of the receiver, came
                 */
                at: string;
                /**
                 * @description what kind of violation it is
                 * @enum {string}
                 */
                code: "missing_header" | "unknown_field" | "number_format" | "retry_of_refused" | "used_before" | "too_many_calls" | "polling" | "duplicate_refused" | "forgery_accepted";
                /** @description the id of the webhook: dlv-1; null for a request */
                delivery: string | null;
                /** @description what the client or the receiver did */
                detail: string;
                /** @description how much is known about what it breaks */
                evidence: string;
                /** @description the operation: quoine.createInvoice */
                operation: string | null;
                /** @description the slug of the provider */
                provider: string;
                /** @description the id of the request: req-1; null for the receiver of a webhook */
                request: string | null;
                /** @description the page that it breaks */
                source: string;
            }[];
        };
        problem: {
            /** @description the last word of the type */
            code: string;
            /** @description what is wrong and what would be right */
            detail: string;
            status: number;
            title: string;
            /** Format: uri */
            type: string;
        };
        "provider_openapi.answer": {
            /** @description the version of the specification */
            openapi: string;
            /** @description the calls */
            paths: Record<string, never>;
        };
        "qbitpay.buyer-paid": {
            /** @description id of the charge */
            charge: string;
        };
        "qbitpay.close-dispute": {
            /** @description id of the charge */
            charge: string;
            /**
             * @description buyer: the payment stands; seller: the charge is cancelled
             * @enum {string}
             */
            in_favour_of: "buyer" | "seller";
        };
        "qbitpay.confirm-charge": {
            /** @description id of the charge */
            charge: string;
        };
        "qbitpay.confirm-deposit": {
            /** @description id of the deposit */
            deposit: string;
        };
        "qbitpay.deliver-coins": {
            /** @description id of the charge */
            charge: string;
        };
        "qbitpay.deposit": {
            /** @description the amount that is sent */
            amount: number;
            /**
             * @description the currency that is sent
             * @enum {string}
             */
            currency: "USD" | "USDT" | "CNY" | "PHP" | "BTC";
        };
        "qbitpay.dispute": {
            /** @description id of the charge */
            charge: string;
        };
        "qbitpay.fail-charge": {
            /** @description id of the charge */
            charge: string;
        };
        "qbitpay.set-price": {
            /** @description the new price that a merchant pays */
            ask: number;
            /** @description the new price that a merchant gets */
            bid: number;
            /** @description the pair, for example BTC/CNY */
            symbol: string;
        };
        "qbitpay.settings": {
            /** @description keys that replace the present ones, which are refused from then on */
            credentials?: {
                api_key?: string;
            };
            /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
            documented_links?: boolean | null;
            /**
             * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
             * @enum {unknown}
             */
            freshness?: "either" | "virtual" | "real" | null;
            /** @description the bounds of one charge, of one payout in USDT and of one withdrawal, as in `limit` of accounts/show; {pay: {min, max}, payout: {min}, withdrawToken: {min}}; a member that is left out has its default, 5, 10000, 200 and 200 */
            limits?: {
                pay?: {
                    /** @default 10000 */
                    max: number;
                    /** @default 5 */
                    min: number;
                };
                payout?: {
                    /** @default 200 */
                    min: number;
                };
                withdrawToken?: {
                    /** @default 200 */
                    min: number;
                };
            } | null;
            /** @description the value of `livemode` in events; it is always false in events of events/test */
            livemode?: boolean | null;
            /**
             * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
             * @enum {unknown}
             */
            pace?: "auto" | "manual" | null;
            /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
            page_bar?: boolean | null;
            /** @description the fee of a charge as a share of its amount; 0.0011 gives the documented ledger row of 1000.5 with a fee of 1.1 */
            pay_fee_rate?: number | null;
            /** @description the fee of a payout as a share of its amount; 0.019 gives the documented payout example */
            payout_fee_rate?: number | null;
            /** @description the resources that the key may use; a call of any other is 403 Forbidden */
            permissions?: ("accessToken" | "accounts" | "balances" | "balanceTransactions" | "markets" | "payouts" | "charges" | "events" | "orders")[] | null;
            /**
             * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
             * @enum {unknown}
             */
            rate_limit?: "off" | "headers" | "enforce" | null;
            /**
             * @description the clock that dates webhook signatures: the simulated one or the real one
             * @enum {unknown}
             */
            signature_time?: "virtual" | "real" | null;
            /** @description the fee of an order as a share of its cost */
            trade_fee_rate?: number | null;
            /** @description the number of retries of a webhook that was not accepted, 15 minutes apart */
            webhook_retries?: number | null;
            /** @description the secret that signs webhooks */
            webhook_secret?: string | null;
            /** @description the address to which the provider sends webhooks; null sends none */
            webhook_url?: string | null;
            /** @description the fee of a withdrawal of tokens; accounts/show answers it, and no call withdraws */
            withdraw_token_fee_rate?: number | null;
        };
        "qbitpay.settle-payout": {
            /**
             * @description the new status
             * @enum {string}
             */
            outcome: "inTransit" | "paid" | "failed" | "cancelled";
            /** @description id of the payout */
            payout: string;
        };
        "quantapay.accept-underpayment": {
            /** @description the transaction's id */
            transaction: string;
        };
        "quantapay.cancel": {
            /** @description the transaction's id */
            transaction: string;
        };
        "quantapay.choose-coin": {
            /** @description the coin, by its code */
            cryptocurrency: string;
            /** @description the session's id, as cs_... or cs-cs_... */
            session: string;
        };
        "quantapay.confirm": {
            /**
             * Format: int64
             * @description the number of confirmations to reach; by default the number that the payment needs
             */
            confirmations?: number;
            /** @description the transaction's id */
            transaction: string;
        };
        "quantapay.drop-transfer": {
            /** @description the transaction's id */
            transaction: string;
        };
        "quantapay.pay": {
            /** @description the number of coins, with at most the decimals of the coin on its chain: 8 for btc, 18 for eth; by default the exact amount */
            amount?: number | string;
            /** @description the coin that is sent; a session without a payment in this coin begins one; a coin other than the transaction's goes to the merchant's address for it */
            cryptocurrency?: string;
            /** @description the hash of the transfer; a hash that has already paid for something means the same transfer and pays nothing. By default it is drawn */
            hash?: string;
            /** @description the session whose latest transaction is paid */
            session?: string;
            /**
             * @description sends a token of the same name from another contract, which does not count
             * @enum {string}
             */
            token?: "fake";
            /** @description the transaction to pay; either this or `session` is required */
            transaction?: string;
        };
        "quantapay.refund": {
            /** @description the transaction's id */
            transaction: string;
        };
        "quantapay.reorg": {
            /** @description which chain, by its slug; the first that the provider watches unless given */
            blockchain?: string;
            /**
             * Format: int64
             * @description how many of the latest blocks are undone: watched transfers lose that many confirmations, and get them back with the blocks that follow
             */
            depth: number;
        };
        "quantapay.settings": {
            /** @description a payment with less than 5 % missing is completed over the amount that arrived; when off, it is underpaid */
            accept_underpayments?: boolean | null;
            /**
             * @description `shared`: every payment in a coin goes to one address of the merchant, and its amount tells it from others; `fresh`: every payment has an address of its own. Existing payments keep their address
             * @enum {unknown}
             */
            address_mode?: "shared" | "fresh" | null;
            /** @description the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. Existing payments keep their number */
            confirmations?: number | null;
            /** @description keys that replace the present ones, which are refused from then on */
            credentials?: {
                api_key?: string;
                webhook_secret?: string;
            };
            /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
            documented_links?: boolean | null;
            /** @description a function that QuantaPay's own pages do not name answers function-not-found */
            documented_only?: boolean | null;
            /**
             * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
             * @enum {unknown}
             */
            freshness?: "either" | "virtual" | "real" | null;
            /**
             * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
             * @enum {unknown}
             */
            pace?: "auto" | "manual" | null;
            /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
            page_bar?: boolean | null;
            /**
             * @description how transactions are written in webhooks and answers: `april` as since 2026-04-08; `march` as before, without biz_id and type, and with two decimals
             * @enum {unknown}
             */
            payload?: "april" | "march" | null;
            /**
             * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
             * @enum {unknown}
             */
            rate_limit?: "off" | "headers" | "enforce" | null;
            /**
             * @description the clock that dates webhook signatures: the simulated one or the real one
             * @enum {unknown}
             */
            signature_time?: "virtual" | "real" | null;
            /** @description the number of retries of a webhook that was not accepted, after 1, 5, 15, 60 and 360 minutes; the provider itself never retries */
            webhook_retries?: number | null;
            /** @description the secret that signs webhooks */
            webhook_secret?: string | null;
            /** @description the address to which the provider sends webhooks; null sends none */
            webhook_url?: string | null;
        };
        "quantum-payouts.file-payout": {
            /**
             * Format: int64
             * @description amount in kopecks: 150000 is 1500.00 RUB
             */
            amount: number;
            /** @description the recipient's bank, with a phone number */
            bank_id?: string;
            /** @description the recipient's name, with a phone number */
            full_name?: string;
            /** @description card number, for a card payout */
            pan?: string;
            /** @description Russian phone number, for an SBP payout */
            phone?: string;
        };
        "quantum-payouts.manual-payout": {
            /**
             * Format: int64
             * @description amount in kopecks: 150000 is 1500.00 RUB
             */
            amount: number;
            /** @description card number; its check digit is not verified */
            pan: string;
        };
        "quantum-payouts.settings": {
            /** @description payouts to cards are enabled: the right is given, and client_id and client_secret are present */
            card_payouts?: boolean | null;
            /** @description the banks that are integrated */
            channels?: ("vtb" | "alfa")[] | null;
            /** @description the company of the portal user; null makes webhook_save answer NO_COMPANY */
            company?: string | null;
            /** @description keys that replace the present ones, which are refused from then on */
            credentials?: {
                password?: string;
                token?: string;
                webhook_secret?: string;
            };
            /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
            documented_links?: boolean | null;
            /**
             * @description what the call features answers as `environment`; nothing else depends on it
             * @enum {unknown}
             */
            environment?: "development" | "uat" | "production" | null;
            /** @description the user may download result files; the call features shows it */
            file_download?: boolean | null;
            /**
             * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
             * @enum {unknown}
             */
            freshness?: "either" | "virtual" | "real" | null;
            /**
             * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
             * @enum {unknown}
             */
            pace?: "auto" | "manual" | null;
            /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
            page_bar?: boolean | null;
            /** @description webhook bodies are indented, but the signature still covers their minified form, as in the documentation's example */
            pretty_body?: boolean | null;
            /**
             * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
             * @enum {unknown}
             */
            rate_limit?: "off" | "headers" | "enforce" | null;
            /** @description webhook_save refuses http addresses, as the documentation requires */
            require_https?: boolean | null;
            /**
             * @description what the figures of the retry schedule count from: the previous attempt, or the event
             * @enum {unknown}
             */
            retry_clock?: "attempt" | "event" | null;
            /** @description payouts through SBP are enabled: the right is given, and sbp_client_id and sbp_client_secret are present */
            sbp_payouts?: boolean | null;
            /**
             * @description the clock that dates webhook signatures: the simulated one or the real one
             * @enum {unknown}
             */
            signature_time?: "virtual" | "real" | null;
            /** @description a call without a header that the documentation requires is refused: 400 VALIDATION_ERROR */
            strict_headers?: boolean | null;
            /** @description getPayoutStatus takes an orderNumber of at most 32 characters, as its table says, in place of 36 */
            strict_order_number?: boolean | null;
            /**
             * @description what createPayout without `type` means: a card, or the recipient's choice, as on an older state of the page
             * @enum {unknown}
             */
            type_when_absent?: "card" | "choose" | null;
            /** @description the enable switch of the portal's webhook settings */
            webhook_enabled?: boolean | null;
            /** @description the secret that signs webhooks */
            webhook_secret?: string | null;
            /** @description the signing switch of the portal's webhook settings */
            webhook_signed?: boolean | null;
            /** @description the address to which the provider sends webhooks; null sends none */
            webhook_url?: string | null;
        };
        "quantum-payouts.settle": {
            /** @description the payout's orderNumber; for a payout without one, its own number */
            orderNumber: string;
            /**
             * @description the status that the payout enters
             * @enum {string}
             */
            outcome: "processing" | "success" | "failed" | "cancelled";
        };
        "quantum-payouts.submit-details": {
            /** @description the recipient's bank, with a phone number */
            bank_id?: string;
            /** @description the recipient's name, with a phone number */
            full_name?: string;
            /** @description the payout's orderNumber; for a payout without one, its own number */
            orderNumber: string;
            /** @description card number, for a card payout */
            pan?: string;
            /** @description Russian phone number, for an SBP payout */
            phone?: string;
        };
        "quoine.capture": {
            /**
             * Format: int64
             * @description the invoice's number
             */
            invoice: number;
        };
        "quoine.confirm": {
            /**
             * Format: int64
             * @description the number of confirmations that every payment reaches; by default as many as it needs
             */
            confirmations?: number;
            /**
             * Format: int64
             * @description the invoice's number
             */
            invoice: number;
        };
        "quoine.drop-transfer": {
            /**
             * Format: int64
             * @description the invoice's number
             */
            invoice: number;
        };
        "quoine.pay": {
            /** @description the number of bitcoins, with at most 8 decimals; by default what is missing for the full payment, or the price again when nothing is missing */
            amount?: number | string;
            /**
             * Format: int64
             * @description the invoice's number
             */
            invoice: number;
        };
        "quoine.reorg": {
            /** @description which chain, by its slug; the first that the provider watches unless given */
            blockchain?: string;
            /**
             * Format: int64
             * @description how many of the latest blocks are undone: watched transfers lose that many confirmations, and get them back with the blocks that follow
             */
            depth: number;
        };
        "quoine.settings": {
            /** @description GET /invoices/{id}/claim_bitcoin exists, and invoices carry bitcoin_amount_claimed, as on a later state of the page */
            claim_bitcoin?: boolean | null;
            /** @description the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. It applies to later payments */
            confirmations?: number | null;
            /** @description keys that replace the present ones, which are refused from then on */
            credentials?: {
                secret?: string;
            };
            /**
             * @description the currency in which the merchant is paid; existing invoices keep theirs
             * @enum {unknown}
             */
            currency?: "USD" | "JPY" | "SGD" | "EUR" | null;
            /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
            documented_links?: boolean | null;
            /**
             * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
             * @enum {unknown}
             */
            freshness?: "either" | "virtual" | "real" | null;
            /** @description also accepts what the clients of 2014 sign: four parts without a NONCE, and the path without its query; callbacks have no NONCE either */
            legacy_no_nonce?: boolean | null;
            /** @description the QR addresses of invoices lead to pictures on this server in place of the documented ones */
            local_qr?: boolean | null;
            /**
             * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
             * @enum {unknown}
             */
            pace?: "auto" | "manual" | null;
            /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
            page_bar?: boolean | null;
            /**
             * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
             * @enum {unknown}
             */
            rate_limit?: "off" | "headers" | "enforce" | null;
            /** @description POST /set_payments_callback, the name of payments_callback_url in 2014, does the same */
            set_payments_callback?: boolean | null;
            /**
             * @description the clock that dates webhook signatures: the simulated one or the real one
             * @enum {unknown}
             */
            signature_time?: "virtual" | "real" | null;
            /** @description the secret that signs webhooks */
            webhook_secret?: string | null;
            /** @description the address to which the provider sends webhooks; null sends none */
            webhook_url?: string | null;
        };
        "remove_rule.answer": {
            /** @description the names of the rules */
            removed: string[];
        };
        "replace_scenario.answer": {
            /** @description the clock, as `show_clock` shows it */
            clock: Record<string, never>;
            /** @description that its steps are not played here */
            note?: string;
            /** @description its name */
            scenario: string;
            /** @description what its author may not want */
            warnings?: Record<string, never>[];
        };
        "resend_delivery.answer": {
            /**
             * Format: date-time
             * @description when it left
             */
            at: string;
            /** @description more about a failure */
            detail?: string;
            /**
             * Format: int64
             * @description simulated milliseconds until the outcome
             */
            duration_ms: number;
            /** @description how the connection failed, when it did */
            error: string | null;
            /** @description what can be done about it */
            hint?: string;
            /**
             * Format: int64
             * @description the number of the attempt, from 1
             */
            number: number;
            /** @description it left again, because its outcome was lost with the process that had sent it */
            repeated?: boolean;
            /** @description what was sent */
            request: {
                /** @description its body: a text, or base64 if `encoding` says so */
                body: string;
                /** @description base64 */
                encoding?: string;
                /** @description its headers */
                headers: Record<string, never>;
            };
            /** @description what the receiver answered */
            response: {
                /** @description its body: a text, or base64 if `encoding` says so */
                body: string;
                /** @description base64 */
                encoding?: string;
                /** @description its headers */
                headers: Record<string, never>;
            } | null;
            /** @description the text that was signed */
            signed: string | null;
            /** @description the HTTP status of the receiver */
            status: number | null;
        };
        "reset.answer": {
            /** @description the clock, as `show_clock` shows it */
            clock: Record<string, never>;
            /** @description true */
            reset: boolean;
        };
        "reset.request": {
            /** @description the address that every account tells from then on; `{provider}` is replaced by the slug of the provider */
            webhook_url?: string;
        };
        "restore_state.answer": {
            /** @description the clock, as `show_clock` shows it */
            clock: Record<string, never>;
            /** @description true */
            restored: boolean;
            /** @description false: attempts that were sent again are still under way */
            settled?: boolean;
        };
        "resume_clock.answer": {
            /**
             * @description how simulated time runs
             * @enum {string}
             */
            mode: "real" | "frozen" | "scaled";
            /** @description what is due next */
            next: {
                /**
                 * Format: date-time
                 * @description when
                 */
                at: string;
                /**
                 * @description what it is
                 * @enum {string}
                 */
                kind: "timer" | "block" | "delivery";
                /** @description the slug of the provider */
                provider: string;
                /** @description the object, by the id that the merchant uses */
                subject: string | null;
            } | null;
            /**
             * Format: date-time
             * @description the simulated time
             */
            now: string;
            /**
             * Format: int64
             * @description timers and deliveries that are still to come
             */
            pending: number;
            /** @description simulated seconds for each real second; 0 while the clock stands */
            rate: number;
        };
        "scale_clock.answer": {
            /**
             * @description how simulated time runs
             * @enum {string}
             */
            mode: "real" | "frozen" | "scaled";
            /** @description what is due next */
            next: {
                /**
                 * Format: date-time
                 * @description when
                 */
                at: string;
                /**
                 * @description what it is
                 * @enum {string}
                 */
                kind: "timer" | "block" | "delivery";
                /** @description the slug of the provider */
                provider: string;
                /** @description the object, by the id that the merchant uses */
                subject: string | null;
            } | null;
            /**
             * Format: date-time
             * @description the simulated time
             */
            now: string;
            /**
             * Format: int64
             * @description timers and deliveries that are still to come
             */
            pending: number;
            /** @description simulated seconds for each real second; 0 while the clock stands */
            rate: number;
        };
        "scale_clock.request": {
            /** @description simulated seconds per real second: 60 */
            rate: number;
        };
        /**
         * Playmoney scenario
         * @description a scenario
         */
        scenario: {
            /** @description rows of the contracts that are assumed and that the author has checked with the provider, as `playmoney assumptions` names them; `run --fail-on assumed` lets them pass */
            accepts?: string[];
            /** @description how simulated time begins; default: frozen at 2026-01-01T00:00:00Z */
            clock?: {
                /**
                 * @description frozen, real, or simulated seconds for each real second, such as 60x
                 * @example frozen
                 * @example real
                 * @example 60x
                 */
                mode?: string;
                /**
                 * @description the first moment of simulated time
                 * @example 2026-01-01T00:00:00Z
                 */
                now?: string;
            };
            /** @description what the reader learns from it */
            description?: string | number;
            /** @description what it is about, in a few words; default: the name of the file */
            name?: string | number;
            /** @description accounts and what they start with, by the slug of the provider */
            providers?: {
                /** @description a provider */
                cryptopay?: {
                    /** @description merchants; the id of the default account changes that account, any other id adds a new one */
                    accounts?: {
                        /** @description what it starts with, by currency */
                        balances?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description keys of its own; keys that are not given follow from the name of the sandbox and the id */
                        credentials?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                        documented_links?: boolean | null;
                        /**
                         * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                         * @enum {unknown}
                         */
                        freshness?: "either" | "virtual" | "real" | null;
                        /** @description calls per hour on the plan `enterprise`, whose limit is the merchant's own */
                        hourly_limit?: number | null;
                        /** @description the name of the account in steps, rules and the control API */
                        id: string | number | boolean;
                        /**
                         * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                         * @enum {unknown}
                         */
                        pace?: "auto" | "manual" | null;
                        /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                        page_bar?: boolean | null;
                        /**
                         * @description calls per hour: 1000, 5000, or what `hourly_limit` says
                         * @enum {unknown}
                         */
                        plan?: "standard" | "premium" | "enterprise" | null;
                        /**
                         * @description `enforce` refuses calls above the plan's limit, `headers` only reports it, `off` does neither and counts nothing
                         * @enum {unknown}
                         */
                        rate_limit?: "enforce" | "headers" | "off" | null;
                        /** @description a refresh token works once; the answer has the next one */
                        refresh_rotation?: boolean | null;
                        /** @description the waits before the retries of a webhook that was not accepted, each counted from the previous attempt */
                        retry_schedule?: string[] | null;
                        /**
                         * @description the clock that dates webhook signatures: the simulated one or the real one
                         * @enum {unknown}
                         */
                        signature_time?: "virtual" | "real" | null;
                        /** @description every call of the account, logins included, is 403 FORBIDDEN */
                        suspended?: boolean | null;
                        /** @description the secret that signs webhooks */
                        webhook_secret?: string | null;
                        /** @description the address to which the provider sends webhooks; null sends none */
                        webhook_url?: string | null;
                    }[];
                    /** @description what the default account starts with, by currency */
                    balances?: {
                        [key: string]: string | number | boolean;
                    };
                    /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                    documented_links?: boolean | null;
                    /**
                     * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                     * @enum {unknown}
                     */
                    freshness?: "either" | "virtual" | "real" | null;
                    /** @description calls per hour on the plan `enterprise`, whose limit is the merchant's own */
                    hourly_limit?: number | null;
                    /**
                     * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                     * @enum {unknown}
                     */
                    pace?: "auto" | "manual" | null;
                    /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                    page_bar?: boolean | null;
                    /**
                     * @description calls per hour: 1000, 5000, or what `hourly_limit` says
                     * @enum {unknown}
                     */
                    plan?: "standard" | "premium" | "enterprise" | null;
                    /**
                     * @description `enforce` refuses calls above the plan's limit, `headers` only reports it, `off` does neither and counts nothing
                     * @enum {unknown}
                     */
                    rate_limit?: "enforce" | "headers" | "off" | null;
                    /** @description prices by pair: BTC/USD: 1000; or with both sides: {ask, bid} */
                    rates?: {
                        [key: string]: (number | string) | {
                            /** @description the price that a buyer pays */
                            ask: number | string;
                            /** @description the price that a seller gets */
                            bid: number | string;
                        };
                    };
                    /** @description a refresh token works once; the answer has the next one */
                    refresh_rotation?: boolean | null;
                    /** @description the waits before the retries of a webhook that was not accepted, each counted from the previous attempt */
                    retry_schedule?: string[] | null;
                    /**
                     * @description the clock that dates webhook signatures: the simulated one or the real one
                     * @enum {unknown}
                     */
                    signature_time?: "virtual" | "real" | null;
                    /** @description every call of the account, logins included, is 403 FORBIDDEN */
                    suspended?: boolean | null;
                    /** @description the secret that signs webhooks */
                    webhook_secret?: string | null;
                    /** @description the address to which the provider sends webhooks; null sends none */
                    webhook_url?: string | null;
                };
                /** @description a provider */
                qbitpay?: {
                    /** @description merchants; the id of the default account changes that account, any other id adds a new one */
                    accounts?: {
                        /** @description what it starts with, by currency */
                        balances?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description keys of its own; keys that are not given follow from the name of the sandbox and the id */
                        credentials?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                        documented_links?: boolean | null;
                        /**
                         * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                         * @enum {unknown}
                         */
                        freshness?: "either" | "virtual" | "real" | null;
                        /** @description the name of the account in steps, rules and the control API */
                        id: string | number | boolean;
                        /** @description the bounds of one charge, of one payout in USDT and of one withdrawal, as in `limit` of accounts/show; {pay: {min, max}, payout: {min}, withdrawToken: {min}}; a member that is left out has its default, 5, 10000, 200 and 200 */
                        limits?: {
                            pay?: {
                                /** @default 10000 */
                                max: number;
                                /** @default 5 */
                                min: number;
                            };
                            payout?: {
                                /** @default 200 */
                                min: number;
                            };
                            withdrawToken?: {
                                /** @default 200 */
                                min: number;
                            };
                        } | null;
                        /** @description the value of `livemode` in events; it is always false in events of events/test */
                        livemode?: boolean | null;
                        /**
                         * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                         * @enum {unknown}
                         */
                        pace?: "auto" | "manual" | null;
                        /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                        page_bar?: boolean | null;
                        /** @description the fee of a charge as a share of its amount; 0.0011 gives the documented ledger row of 1000.5 with a fee of 1.1 */
                        pay_fee_rate?: number | null;
                        /** @description the fee of a payout as a share of its amount; 0.019 gives the documented payout example */
                        payout_fee_rate?: number | null;
                        /** @description the resources that the key may use; a call of any other is 403 Forbidden */
                        permissions?: ("accessToken" | "accounts" | "balances" | "balanceTransactions" | "markets" | "payouts" | "charges" | "events" | "orders")[] | null;
                        /**
                         * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                         * @enum {unknown}
                         */
                        rate_limit?: "off" | "headers" | "enforce" | null;
                        /**
                         * @description the clock that dates webhook signatures: the simulated one or the real one
                         * @enum {unknown}
                         */
                        signature_time?: "virtual" | "real" | null;
                        /** @description the fee of an order as a share of its cost */
                        trade_fee_rate?: number | null;
                        /** @description the number of retries of a webhook that was not accepted, 15 minutes apart */
                        webhook_retries?: number | null;
                        /** @description the secret that signs webhooks */
                        webhook_secret?: string | null;
                        /** @description the address to which the provider sends webhooks; null sends none */
                        webhook_url?: string | null;
                        /** @description the fee of a withdrawal of tokens; accounts/show answers it, and no call withdraws */
                        withdraw_token_fee_rate?: number | null;
                    }[];
                    /** @description what the default account starts with, by currency */
                    balances?: {
                        [key: string]: string | number | boolean;
                    };
                    /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                    documented_links?: boolean | null;
                    /**
                     * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                     * @enum {unknown}
                     */
                    freshness?: "either" | "virtual" | "real" | null;
                    /** @description the bounds of one charge, of one payout in USDT and of one withdrawal, as in `limit` of accounts/show; {pay: {min, max}, payout: {min}, withdrawToken: {min}}; a member that is left out has its default, 5, 10000, 200 and 200 */
                    limits?: {
                        pay?: {
                            /** @default 10000 */
                            max: number;
                            /** @default 5 */
                            min: number;
                        };
                        payout?: {
                            /** @default 200 */
                            min: number;
                        };
                        withdrawToken?: {
                            /** @default 200 */
                            min: number;
                        };
                    } | null;
                    /** @description the value of `livemode` in events; it is always false in events of events/test */
                    livemode?: boolean | null;
                    /**
                     * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                     * @enum {unknown}
                     */
                    pace?: "auto" | "manual" | null;
                    /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                    page_bar?: boolean | null;
                    /** @description the fee of a charge as a share of its amount; 0.0011 gives the documented ledger row of 1000.5 with a fee of 1.1 */
                    pay_fee_rate?: number | null;
                    /** @description the fee of a payout as a share of its amount; 0.019 gives the documented payout example */
                    payout_fee_rate?: number | null;
                    /** @description the resources that the key may use; a call of any other is 403 Forbidden */
                    permissions?: ("accessToken" | "accounts" | "balances" | "balanceTransactions" | "markets" | "payouts" | "charges" | "events" | "orders")[] | null;
                    /**
                     * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                     * @enum {unknown}
                     */
                    rate_limit?: "off" | "headers" | "enforce" | null;
                    /** @description prices by pair: BTC/USD: 1000; or with both sides: {ask, bid} */
                    rates?: {
                        [key: string]: (number | string) | {
                            /** @description the price that a buyer pays */
                            ask: number | string;
                            /** @description the price that a seller gets */
                            bid: number | string;
                        };
                    };
                    /**
                     * @description the clock that dates webhook signatures: the simulated one or the real one
                     * @enum {unknown}
                     */
                    signature_time?: "virtual" | "real" | null;
                    /** @description the fee of an order as a share of its cost */
                    trade_fee_rate?: number | null;
                    /** @description the number of retries of a webhook that was not accepted, 15 minutes apart */
                    webhook_retries?: number | null;
                    /** @description the secret that signs webhooks */
                    webhook_secret?: string | null;
                    /** @description the address to which the provider sends webhooks; null sends none */
                    webhook_url?: string | null;
                    /** @description the fee of a withdrawal of tokens; accounts/show answers it, and no call withdraws */
                    withdraw_token_fee_rate?: number | null;
                };
                /** @description a provider */
                quantapay?: {
                    /** @description a payment with less than 5 % missing is completed over the amount that arrived; when off, it is underpaid */
                    accept_underpayments?: boolean | null;
                    /** @description merchants; the id of the default account changes that account, any other id adds a new one */
                    accounts?: {
                        /** @description a payment with less than 5 % missing is completed over the amount that arrived; when off, it is underpaid */
                        accept_underpayments?: boolean | null;
                        /**
                         * @description `shared`: every payment in a coin goes to one address of the merchant, and its amount tells it from others; `fresh`: every payment has an address of its own. Existing payments keep their address
                         * @enum {unknown}
                         */
                        address_mode?: "shared" | "fresh" | null;
                        /** @description what it starts with, by currency */
                        balances?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. Existing payments keep their number */
                        confirmations?: number | null;
                        /** @description keys of its own; keys that are not given follow from the name of the sandbox and the id */
                        credentials?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                        documented_links?: boolean | null;
                        /** @description a function that QuantaPay's own pages do not name answers function-not-found */
                        documented_only?: boolean | null;
                        /**
                         * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                         * @enum {unknown}
                         */
                        freshness?: "either" | "virtual" | "real" | null;
                        /** @description the name of the account in steps, rules and the control API */
                        id: string | number | boolean;
                        /**
                         * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                         * @enum {unknown}
                         */
                        pace?: "auto" | "manual" | null;
                        /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                        page_bar?: boolean | null;
                        /**
                         * @description how transactions are written in webhooks and answers: `april` as since 2026-04-08; `march` as before, without biz_id and type, and with two decimals
                         * @enum {unknown}
                         */
                        payload?: "april" | "march" | null;
                        /**
                         * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                         * @enum {unknown}
                         */
                        rate_limit?: "off" | "headers" | "enforce" | null;
                        /**
                         * @description the clock that dates webhook signatures: the simulated one or the real one
                         * @enum {unknown}
                         */
                        signature_time?: "virtual" | "real" | null;
                        /** @description the number of retries of a webhook that was not accepted, after 1, 5, 15, 60 and 360 minutes; the provider itself never retries */
                        webhook_retries?: number | null;
                        /** @description the secret that signs webhooks */
                        webhook_secret?: string | null;
                        /** @description the address to which the provider sends webhooks; null sends none */
                        webhook_url?: string | null;
                    }[];
                    /**
                     * @description `shared`: every payment in a coin goes to one address of the merchant, and its amount tells it from others; `fresh`: every payment has an address of its own. Existing payments keep their address
                     * @enum {unknown}
                     */
                    address_mode?: "shared" | "fresh" | null;
                    /** @description what the default account starts with, by currency */
                    balances?: {
                        [key: string]: string | number | boolean;
                    };
                    /** @description the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. Existing payments keep their number */
                    confirmations?: number | null;
                    /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                    documented_links?: boolean | null;
                    /** @description a function that QuantaPay's own pages do not name answers function-not-found */
                    documented_only?: boolean | null;
                    /**
                     * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                     * @enum {unknown}
                     */
                    freshness?: "either" | "virtual" | "real" | null;
                    /**
                     * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                     * @enum {unknown}
                     */
                    pace?: "auto" | "manual" | null;
                    /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                    page_bar?: boolean | null;
                    /**
                     * @description how transactions are written in webhooks and answers: `april` as since 2026-04-08; `march` as before, without biz_id and type, and with two decimals
                     * @enum {unknown}
                     */
                    payload?: "april" | "march" | null;
                    /**
                     * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                     * @enum {unknown}
                     */
                    rate_limit?: "off" | "headers" | "enforce" | null;
                    /** @description prices by pair: BTC/USD: 1000; or with both sides: {ask, bid} */
                    rates?: {
                        [key: string]: (number | string) | {
                            /** @description the price that a buyer pays */
                            ask: number | string;
                            /** @description the price that a seller gets */
                            bid: number | string;
                        };
                    };
                    /**
                     * @description the clock that dates webhook signatures: the simulated one or the real one
                     * @enum {unknown}
                     */
                    signature_time?: "virtual" | "real" | null;
                    /** @description the number of retries of a webhook that was not accepted, after 1, 5, 15, 60 and 360 minutes; the provider itself never retries */
                    webhook_retries?: number | null;
                    /** @description the secret that signs webhooks */
                    webhook_secret?: string | null;
                    /** @description the address to which the provider sends webhooks; null sends none */
                    webhook_url?: string | null;
                };
                /** @description a provider */
                "quantum-payouts"?: {
                    /** @description merchants; the id of the default account changes that account, any other id adds a new one */
                    accounts?: {
                        /** @description what it starts with, by currency */
                        balances?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description payouts to cards are enabled: the right is given, and client_id and client_secret are present */
                        card_payouts?: boolean | null;
                        /** @description the banks that are integrated */
                        channels?: ("vtb" | "alfa")[] | null;
                        /** @description the company of the portal user; null makes webhook_save answer NO_COMPANY */
                        company?: string | null;
                        /** @description keys of its own; keys that are not given follow from the name of the sandbox and the id */
                        credentials?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                        documented_links?: boolean | null;
                        /**
                         * @description what the call features answers as `environment`; nothing else depends on it
                         * @enum {unknown}
                         */
                        environment?: "development" | "uat" | "production" | null;
                        /** @description the user may download result files; the call features shows it */
                        file_download?: boolean | null;
                        /**
                         * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                         * @enum {unknown}
                         */
                        freshness?: "either" | "virtual" | "real" | null;
                        /** @description the name of the account in steps, rules and the control API */
                        id: string | number | boolean;
                        /**
                         * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                         * @enum {unknown}
                         */
                        pace?: "auto" | "manual" | null;
                        /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                        page_bar?: boolean | null;
                        /** @description webhook bodies are indented, but the signature still covers their minified form, as in the documentation's example */
                        pretty_body?: boolean | null;
                        /**
                         * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                         * @enum {unknown}
                         */
                        rate_limit?: "off" | "headers" | "enforce" | null;
                        /** @description webhook_save refuses http addresses, as the documentation requires */
                        require_https?: boolean | null;
                        /**
                         * @description what the figures of the retry schedule count from: the previous attempt, or the event
                         * @enum {unknown}
                         */
                        retry_clock?: "attempt" | "event" | null;
                        /** @description payouts through SBP are enabled: the right is given, and sbp_client_id and sbp_client_secret are present */
                        sbp_payouts?: boolean | null;
                        /**
                         * @description the clock that dates webhook signatures: the simulated one or the real one
                         * @enum {unknown}
                         */
                        signature_time?: "virtual" | "real" | null;
                        /** @description a call without a header that the documentation requires is refused: 400 VALIDATION_ERROR */
                        strict_headers?: boolean | null;
                        /** @description getPayoutStatus takes an orderNumber of at most 32 characters, as its table says, in place of 36 */
                        strict_order_number?: boolean | null;
                        /**
                         * @description what createPayout without `type` means: a card, or the recipient's choice, as on an older state of the page
                         * @enum {unknown}
                         */
                        type_when_absent?: "card" | "choose" | null;
                        /** @description the enable switch of the portal's webhook settings */
                        webhook_enabled?: boolean | null;
                        /** @description the secret that signs webhooks */
                        webhook_secret?: string | null;
                        /** @description the signing switch of the portal's webhook settings */
                        webhook_signed?: boolean | null;
                        /** @description the address to which the provider sends webhooks; null sends none */
                        webhook_url?: string | null;
                    }[];
                    /** @description what the default account starts with, by currency */
                    balances?: {
                        [key: string]: string | number | boolean;
                    };
                    /** @description payouts to cards are enabled: the right is given, and client_id and client_secret are present */
                    card_payouts?: boolean | null;
                    /** @description the banks that are integrated */
                    channels?: ("vtb" | "alfa")[] | null;
                    /** @description the company of the portal user; null makes webhook_save answer NO_COMPANY */
                    company?: string | null;
                    /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                    documented_links?: boolean | null;
                    /**
                     * @description what the call features answers as `environment`; nothing else depends on it
                     * @enum {unknown}
                     */
                    environment?: "development" | "uat" | "production" | null;
                    /** @description the user may download result files; the call features shows it */
                    file_download?: boolean | null;
                    /**
                     * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                     * @enum {unknown}
                     */
                    freshness?: "either" | "virtual" | "real" | null;
                    /**
                     * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                     * @enum {unknown}
                     */
                    pace?: "auto" | "manual" | null;
                    /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                    page_bar?: boolean | null;
                    /** @description webhook bodies are indented, but the signature still covers their minified form, as in the documentation's example */
                    pretty_body?: boolean | null;
                    /**
                     * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                     * @enum {unknown}
                     */
                    rate_limit?: "off" | "headers" | "enforce" | null;
                    /** @description prices by pair: BTC/USD: 1000; or with both sides: {ask, bid} */
                    rates?: {
                        [key: string]: (number | string) | {
                            /** @description the price that a buyer pays */
                            ask: number | string;
                            /** @description the price that a seller gets */
                            bid: number | string;
                        };
                    };
                    /** @description webhook_save refuses http addresses, as the documentation requires */
                    require_https?: boolean | null;
                    /**
                     * @description what the figures of the retry schedule count from: the previous attempt, or the event
                     * @enum {unknown}
                     */
                    retry_clock?: "attempt" | "event" | null;
                    /** @description payouts through SBP are enabled: the right is given, and sbp_client_id and sbp_client_secret are present */
                    sbp_payouts?: boolean | null;
                    /**
                     * @description the clock that dates webhook signatures: the simulated one or the real one
                     * @enum {unknown}
                     */
                    signature_time?: "virtual" | "real" | null;
                    /** @description a call without a header that the documentation requires is refused: 400 VALIDATION_ERROR */
                    strict_headers?: boolean | null;
                    /** @description getPayoutStatus takes an orderNumber of at most 32 characters, as its table says, in place of 36 */
                    strict_order_number?: boolean | null;
                    /**
                     * @description what createPayout without `type` means: a card, or the recipient's choice, as on an older state of the page
                     * @enum {unknown}
                     */
                    type_when_absent?: "card" | "choose" | null;
                    /** @description the enable switch of the portal's webhook settings */
                    webhook_enabled?: boolean | null;
                    /** @description the secret that signs webhooks */
                    webhook_secret?: string | null;
                    /** @description the signing switch of the portal's webhook settings */
                    webhook_signed?: boolean | null;
                    /** @description the address to which the provider sends webhooks; null sends none */
                    webhook_url?: string | null;
                };
                /** @description a provider */
                quoine?: {
                    /** @description merchants; the id of the default account changes that account, any other id adds a new one */
                    accounts?: {
                        /** @description what it starts with, by currency */
                        balances?: {
                            [key: string]: string | number | boolean;
                        };
                        /** @description GET /invoices/{id}/claim_bitcoin exists, and invoices carry bitcoin_amount_claimed, as on a later state of the page */
                        claim_bitcoin?: boolean | null;
                        /** @description the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. It applies to later payments */
                        confirmations?: number | null;
                        /** @description keys of its own; keys that are not given follow from the name of the sandbox and the id */
                        credentials?: {
                            [key: string]: string | number | boolean;
                        };
                        /**
                         * @description the currency in which the merchant is paid; existing invoices keep theirs
                         * @enum {unknown}
                         */
                        currency?: "USD" | "JPY" | "SGD" | "EUR" | null;
                        /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                        documented_links?: boolean | null;
                        /**
                         * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                         * @enum {unknown}
                         */
                        freshness?: "either" | "virtual" | "real" | null;
                        /** @description the name of the account in steps, rules and the control API */
                        id: string | number | boolean;
                        /** @description also accepts what the clients of 2014 sign: four parts without a NONCE, and the path without its query; callbacks have no NONCE either */
                        legacy_no_nonce?: boolean | null;
                        /** @description the QR addresses of invoices lead to pictures on this server in place of the documented ones */
                        local_qr?: boolean | null;
                        /**
                         * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                         * @enum {unknown}
                         */
                        pace?: "auto" | "manual" | null;
                        /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                        page_bar?: boolean | null;
                        /**
                         * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                         * @enum {unknown}
                         */
                        rate_limit?: "off" | "headers" | "enforce" | null;
                        /** @description POST /set_payments_callback, the name of payments_callback_url in 2014, does the same */
                        set_payments_callback?: boolean | null;
                        /**
                         * @description the clock that dates webhook signatures: the simulated one or the real one
                         * @enum {unknown}
                         */
                        signature_time?: "virtual" | "real" | null;
                        /** @description the secret that signs webhooks */
                        webhook_secret?: string | null;
                        /** @description the address to which the provider sends webhooks; null sends none */
                        webhook_url?: string | null;
                    }[];
                    /** @description what the default account starts with, by currency */
                    balances?: {
                        [key: string]: string | number | boolean;
                    };
                    /** @description GET /invoices/{id}/claim_bitcoin exists, and invoices carry bitcoin_amount_claimed, as on a later state of the page */
                    claim_bitcoin?: boolean | null;
                    /** @description the number of blocks that confirm a payment; with 0 it is confirmed when it is seen. It applies to later payments */
                    confirmations?: number | null;
                    /**
                     * @description the currency in which the merchant is paid; existing invoices keep theirs
                     * @enum {unknown}
                     */
                    currency?: "USD" | "JPY" | "SGD" | "EUR" | null;
                    /** @description links in answers have the host of the real provider, as in its documentation, instead of this server */
                    documented_links?: boolean | null;
                    /**
                     * @description the clock that judges the dates of signed requests: the simulated one, the real one, or the nearer of the two
                     * @enum {unknown}
                     */
                    freshness?: "either" | "virtual" | "real" | null;
                    /** @description also accepts what the clients of 2014 sign: four parts without a NONCE, and the path without its query; callbacks have no NONCE either */
                    legacy_no_nonce?: boolean | null;
                    /** @description the QR addresses of invoices lead to pictures on this server in place of the documented ones */
                    local_qr?: boolean | null;
                    /**
                     * @description `auto`: banks and chains act on timers; `manual`: they act only through actions
                     * @enum {unknown}
                     */
                    pace?: "auto" | "manual" | null;
                    /** @description beneath the provider's pages stands Playmoney's bar of actions; `?bar=off` leaves it out of one page */
                    page_bar?: boolean | null;
                    /**
                     * @description `enforce` refuses calls above the limit of the provider; `headers` only reports the limit, when the provider has headers for it
                     * @enum {unknown}
                     */
                    rate_limit?: "off" | "headers" | "enforce" | null;
                    /** @description prices by pair: BTC/USD: 1000; or with both sides: {ask, bid} */
                    rates?: {
                        [key: string]: (number | string) | {
                            /** @description the price that a buyer pays */
                            ask: number | string;
                            /** @description the price that a seller gets */
                            bid: number | string;
                        };
                    };
                    /** @description POST /set_payments_callback, the name of payments_callback_url in 2014, does the same */
                    set_payments_callback?: boolean | null;
                    /**
                     * @description the clock that dates webhook signatures: the simulated one or the real one
                     * @enum {unknown}
                     */
                    signature_time?: "virtual" | "real" | null;
                    /** @description the secret that signs webhooks */
                    webhook_secret?: string | null;
                    /** @description the address to which the provider sends webhooks; null sends none */
                    webhook_url?: string | null;
                };
            };
            /** @description what differs from the documented behaviour */
            rules?: components["schemas"]["scenario.rule"][];
            /** @description decides every id, address and random choice; default: 1 */
            seed?: number | string;
            /** @description a script that proves something; `playmoney run` plays it; ${run} in it is a text that belongs to this run alone, for order numbers; ${job} is the number of the job that plays it, from 0, as {job} in --webhook-url */
            steps?: components["schemas"]["scenario.step"][];
            /**
             * @description the version of this grammar: 1
             * @constant
             */
            version: 1;
        };
        /**
         * call
         * @description a call
         */
        "scenario.call": {
            /** @description the account that calls; default: the default account */
            account?: string | number | boolean;
            /** @description exactly this body, as text, instead of `with` */
            body?: string | number;
            /**
             * @description the program of the merchant calls a provider; the call is signed and authenticated
             * @enum {unknown}
             */
            call: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
            /**
             * @description moves the date and signature by this offset from simulated time: -20m
             * @example -20m
             * @example +1h
             */
            date?: string;
            /** @description the expected answer */
            expect?: {
                /** @description the body: JSON if it is JSON, otherwise text */
                body?: components["schemas"]["scenario.matcher"];
                /**
                 * @description how the connection fails instead of an answer, by the name of the effect
                 * @enum {unknown}
                 */
                error?: "connection_reset" | "empty_response" | "malformed_response_chunk" | "random_data_then_close" | "truncate_body_at_fraction";
                /** @description headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the HTTP status */
                status?: components["schemas"]["scenario.matcher"];
            };
            /** @description asks for rules, documented errors and effects, NAME or NAME=VALUE, separated by commas: the header Playmoney-Fault */
            fault?: string | number;
            /** @description additional headers, or replacements for the usual ones */
            headers?: {
                [key: string]: string | number | boolean;
            };
            /** @description the fork in which the step happens */
            in?: string;
            /**
             * @description this method instead of the method of the operation
             * @enum {unknown}
             */
            method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
            /** @description exactly this path below the slug of the provider, or a link from an answer, instead of the path of the operation */
            path?: string | number;
            /** @description saves the body of the answer for later steps: ${NAME.field} */
            save?: string;
            /**
             * @description how the call is authenticated: with the right key (the default), a wrong key, or not at all; calls of a portal log in
             * @enum {unknown}
             */
            signature?: "right" | "wrong" | "none";
            /** @description the purpose of the step, for the output */
            title?: string | number;
            /** @description the parameters, whether they belong in the path, the query or the body */
            with?: unknown;
        };
        /** @description a value, or a matcher such as {gt: 1} */
        "scenario.matcher": {
            /** @description true: the value is missing */
            absent?: unknown;
            /** @description true: the value is present, with any content */
            any?: unknown;
            /** @description a number above this, or a text that is such a number */
            gt?: unknown;
            /** @description a number of at least this */
            gte?: unknown;
            /** @description the number of characters, items or members: a number or a matcher */
            length?: unknown;
            /** @description a number below this */
            lt?: unknown;
            /** @description a number of at most this */
            lte?: unknown;
            /** @description a text in which this regular expression is found, within its first 64 KiB; a large expression looks at less */
            matches?: unknown;
            /** @description one of these values */
            one_of?: unknown;
        } | unknown;
        /** @description a rule */
        "scenario.rule": {
            /** @description the name of the rule in the journal, in the header Playmoney-Fault and in DELETE */
            name?: string | number;
            /**
             * @description one operation, all operations of a provider such as quoine.*, or its webhooks such as quoine:webhook; without it, the rule fires only when the header Playmoney-Fault names it
             * @enum {unknown}
             */
            on?: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl" | "quantapay.*" | "quantapay:webhook" | "qbitpay.*" | "qbitpay:webhook" | "cryptopay.*" | "cryptopay:webhook" | "quantum-payouts.*" | "quantum-payouts:webhook" | "quoine.*" | "quoine:webhook";
            /** @description what it does */
            then: {
                /** @description the receiver gets the first attempts, this number of them, and the provider takes each for a timeout */
                answer_lost?: number | string;
                /** @description the provider takes this for the receiver's answer, whatever the receiver answers: 502, or timeout, reset, refused, dns, tls; of a list such as [502, {status: 200, delay: 3s}], one for each request, copies too, the last one for all that follow; with refused, dns and tls the receiver does not get the request; the rules behind one with this effect alone are asked too */
                answered?: ((number | string) | ("timeout" | "reset" | "refused" | "dns" | "tls")) | (((number | string) | ("timeout" | "reset" | "refused" | "dns" | "tls")) | {
                    /**
                     * @description what stands in front of the receiver answers: the receiver does not get the request
                     * @constant
                     */
                    by_gateway?: true;
                    /**
                     * @description the simulated time until it comes; it counts against the time limit of the provider
                     * @example 30m
                     * @example 1h30m
                     * @example PT31M
                     */
                    delay?: string;
                    /** @description the HTTP status */
                    status: number | string;
                })[];
                /**
                 * @description signs the webhook with an unknown secret
                 * @constant
                 */
                bad_signature?: true;
                /** @description answers with this body: text as it is, anything else as JSON; ${request.body.x} is a value of the request */
                body?: unknown;
                /**
                 * @description resets the connection instead of sending the answer
                 * @constant
                 */
                connection_reset?: true;
                /**
                 * @description sends the first attempt this duration later; later events do not wait for it
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                delay?: string;
                /** @description sends the body in pieces */
                dribble?: {
                    /** @description the number of pieces */
                    chunks: number | string;
                    /**
                     * @description the real time from the first piece to the last
                     * @example 30m
                     * @example 1h30m
                     * @example PT31M
                     */
                    over: string;
                };
                /**
                 * @description never sends the webhook
                 * @constant
                 */
                drop?: true;
                /** @description sends each attempt this number of times in all; each copy leaves when the one before it has an outcome */
                duplicate?: (number | string) | {
                    /** @description how often each attempt is sent in all */
                    copies: number | string;
                    /**
                     * @description all copies leave at once: which of them arrives first is chance, and the outcome of the first made decides; default: false
                     * @constant
                     */
                    together?: true;
                };
                /**
                 * @description closes the connection without sending a byte
                 * @constant
                 */
                empty_response?: true;
                /** @description answers with a documented error, by the name that `playmoney describe` prints */
                error?: string | number;
                /** @description adds these headers to the answer, or to the webhook after it was signed */
                headers?: {
                    [key: string]: string | number | boolean;
                };
                /**
                 * @description the customer pays this duration after the payment window has closed
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                late_payment?: string;
                /** @description delays the answer by this duration of simulated time, or of real time with {clock: real} */
                latency?: string | {
                    /**
                     * @description the clock that measures the delay; default: virtual, the simulated clock
                     * @enum {unknown}
                     */
                    clock?: "virtual" | "real";
                    /**
                     * @description always this duration
                     * @example 30m
                     * @example 1h30m
                     * @example PT31M
                     */
                    fixed?: string;
                    /** @description half of the delays are below the median, with a long tail above it */
                    lognormal?: {
                        /**
                         * @description half of the delays are below this duration
                         * @example 30m
                         * @example 1h30m
                         * @example PT31M
                         */
                        median: string;
                        /** @description how widely the delays vary: 0.5 is usual, 1 is wide */
                        sigma: number | string;
                    };
                    /** @description two durations: every duration between them is equally likely */
                    uniform?: string[];
                };
                /** @description the statuses of the object that the call creates, instead of the default timers */
                lifecycle?: {
                    /**
                     * @description the wait since the previous step; default: 0s
                     * @example 30m
                     * @example 1h30m
                     * @example PT31M
                     */
                    after?: string;
                    /** @description the status to reach, in the words of the provider */
                    to: string | number;
                }[];
                /**
                 * @description sends a valid head, then invalid chunks
                 * @constant
                 */
                malformed_response_chunk?: true;
                /** @description changes members of the provider's answer, or of the event before it is signed; the rest stays */
                patch?: {
                    /** @description dotted paths of members that are taken away */
                    remove?: (string | number)[];
                    /** @description members with their new values, by dotted paths: payout.amount: 1; a member that is not there is added */
                    set?: Record<string, never>;
                };
                /**
                 * @description the bank returns the payout this duration after the call
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                payout_returned?: string;
                /**
                 * @description sends bytes that are not HTTP, then closes the connection
                 * @constant
                 */
                random_data_then_close?: true;
                /**
                 * @description sends the webhook after the next one to the same target, at most 60 simulated seconds later
                 * @constant
                 */
                reorder?: true;
                /** @description the customer pays, then the chain removes this number of blocks */
                reorg?: (number | string) | {
                    /**
                     * @description the wait since the payment; default: 1h
                     * @example 30m
                     * @example 1h30m
                     * @example PT31M
                     */
                    after?: string;
                    /** @description the number of blocks to remove */
                    depth: number | string;
                };
                /**
                 * @description backdates the timestamp of the webhook by this duration
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                stale_timestamp?: string;
                /** @description answers with this HTTP status; without `body`, in the shape of the provider's own error of that status, if it has one */
                status?: number | string;
                /** @description changes members of the body after it was signed: payout.amount: 1 */
                tamper?: Record<string, never>;
                /** @description announces the whole body and sends this share of it; a webhook is sent with this share as its body, and 0 leaves it empty */
                truncate_body_at_fraction?: number | string;
                /** @description the customer pays this share of the amount due */
                underpaid?: (number | string) | {
                    /**
                     * @description the wait since the call; default: 1s
                     * @example 30m
                     * @example 1h30m
                     * @example PT31M
                     */
                    after?: string;
                    /** @description the share of the amount due */
                    share: number | string;
                };
                /** @description the first attempts, this number of them, do not reach the receiver */
                unreachable?: number | string;
                /**
                 * @description sends the webhook without its signature
                 * @constant
                 */
                unsigned?: true;
            };
            /**
             * @description the rule is removed when this duration of simulated time has passed
             * @example 30m
             * @example 1h30m
             * @example PT31M
             */
            ttl?: string;
            /** @description when it fires; default: always */
            when?: {
                /** @description the id of the account that calls, or that gets the webhook */
                account?: components["schemas"]["scenario.matcher"];
                /** @description this number of matches pass before the rule fires */
                after?: number | string;
                /** @description the attempts of the webhook on which the effects act: 1, or {gt: 1}; default: all */
                attempt?: components["schemas"]["scenario.matcher"];
                /** @description fields of the body of the request or webhook; fields of a form are text */
                body?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the event of the webhook */
                event?: components["schemas"]["scenario.matcher"];
                /** @description headers of the request, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the share of matches for which it fires, drawn from the seed of the sandbox */
                probability?: number | string;
                /** @description query parameters of the request */
                query?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the rule fires at most this number of times */
                times?: number | string;
                /** @description the rule fires until this time, or for this duration after it was added */
                until?: string;
            };
        };
        "scenario.step": {
            /** @description the account that calls; default: the default account */
            account?: string | number | boolean;
            /** @description exactly this body, as text, instead of `with` */
            body?: string | number;
            /**
             * @description the program of the merchant calls a provider; the call is signed and authenticated
             * @enum {unknown}
             */
            call: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
            /**
             * @description moves the date and signature by this offset from simulated time: -20m
             * @example -20m
             * @example +1h
             */
            date?: string;
            /** @description the expected answer */
            expect?: {
                /** @description the body: JSON if it is JSON, otherwise text */
                body?: components["schemas"]["scenario.matcher"];
                /**
                 * @description how the connection fails instead of an answer, by the name of the effect
                 * @enum {unknown}
                 */
                error?: "connection_reset" | "empty_response" | "malformed_response_chunk" | "random_data_then_close" | "truncate_body_at_fraction";
                /** @description headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the HTTP status */
                status?: components["schemas"]["scenario.matcher"];
            };
            /** @description asks for rules, documented errors and effects, NAME or NAME=VALUE, separated by commas: the header Playmoney-Fault */
            fault?: string | number;
            /** @description additional headers, or replacements for the usual ones */
            headers?: {
                [key: string]: string | number | boolean;
            };
            /** @description the fork in which the step happens */
            in?: string;
            /**
             * @description this method instead of the method of the operation
             * @enum {unknown}
             */
            method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
            /** @description exactly this path below the slug of the provider, or a link from an answer, instead of the path of the operation */
            path?: string | number;
            /** @description saves the body of the answer for later steps: ${NAME.field} */
            save?: string;
            /**
             * @description how the call is authenticated: with the right key (the default), a wrong key, or not at all; calls of a portal log in
             * @enum {unknown}
             */
            signature?: "right" | "wrong" | "none";
            /** @description the purpose of the step, for the output */
            title?: string | number;
            /** @description the parameters, whether they belong in the path, the query or the body */
            with?: unknown;
        } | {
            /**
             * @description the customer, the bank or the blockchain does something
             * @enum {unknown}
             */
            act: "quantapay.choose-coin" | "quantapay.pay" | "quantapay.confirm" | "quantapay.cancel" | "quantapay.refund" | "quantapay.accept-underpayment" | "quantapay.drop-transfer" | "quantapay.reorg" | "qbitpay.deposit" | "qbitpay.confirm-deposit" | "qbitpay.buyer-paid" | "qbitpay.confirm-charge" | "qbitpay.deliver-coins" | "qbitpay.fail-charge" | "qbitpay.dispute" | "qbitpay.close-dispute" | "qbitpay.settle-payout" | "qbitpay.set-price" | "cryptopay.pay" | "cryptopay.confirm" | "cryptopay.fail" | "cryptopay.rotate-secret" | "cryptopay.drop-transfer" | "cryptopay.reorg" | "quantum-payouts.submit-details" | "quantum-payouts.settle" | "quantum-payouts.manual-payout" | "quantum-payouts.file-payout" | "quoine.pay" | "quoine.confirm" | "quoine.capture" | "quoine.drop-transfer" | "quoine.reorg";
            /** @description the expected answer */
            expect?: {
                /** @description the body: JSON if it is JSON, otherwise text */
                body?: components["schemas"]["scenario.matcher"];
                /**
                 * @description how the connection fails instead of an answer, by the name of the effect
                 * @enum {unknown}
                 */
                error?: "connection_reset" | "empty_response" | "malformed_response_chunk" | "random_data_then_close" | "truncate_body_at_fraction";
                /** @description headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the HTTP status */
                status?: components["schemas"]["scenario.matcher"];
            };
            /** @description the fork in which the step happens */
            in?: string;
            /** @description saves the body of the answer for later steps: ${NAME.field} */
            save?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
            /** @description the parameters of the action */
            with?: Record<string, never>;
        } | {
            /** @description time passes, and everything that is due happens */
            advance: string | {
                /**
                 * @description by this duration
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                by?: string;
                /**
                 * @description with `until`, at most this duration; default: 30d
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                limit?: string;
                /**
                 * @description to this time
                 * @example 2026-01-01T00:00:00Z
                 */
                to?: string;
                /**
                 * @description to the next event that is due, until nothing is due, or past the next delivery
                 * @enum {unknown}
                 */
                until?: "next" | "idle" | "delivery";
            };
            /** @description the expected answer */
            expect?: {
                /** @description the body: JSON if it is JSON, otherwise text */
                body?: components["schemas"]["scenario.matcher"];
                /**
                 * @description how the connection fails instead of an answer, by the name of the effect
                 * @enum {unknown}
                 */
                error?: "connection_reset" | "empty_response" | "malformed_response_chunk" | "random_data_then_close" | "truncate_body_at_fraction";
                /** @description headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the HTTP status */
                status?: components["schemas"]["scenario.matcher"];
            };
            /** @description the fork in which the step happens */
            in?: string;
            /** @description saves the body of the answer for later steps: ${NAME.field} */
            save?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description checks the answer that a step has saved */
            expect: {
                /** @description what the saved value must contain */
                body: components["schemas"]["scenario.matcher"];
                /** @description the name that a step has saved */
                of: string;
            };
            /** @description the fork in which the step happens */
            in?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description checks that a webhook was sent */
            expect_webhook: {
                /** @description the id of the account that gets it */
                account?: components["schemas"]["scenario.matcher"];
                /** @description the number of attempts so far */
                attempts?: components["schemas"]["scenario.matcher"];
                /** @description its body */
                body?: components["schemas"]["scenario.matcher"];
                /** @description the number of matching requests, with retries and duplicates; default: at least one */
                count?: components["schemas"]["scenario.matcher"];
                /** @description its event */
                event?: components["schemas"]["scenario.matcher"];
                /** @description its headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /**
                 * @description the provider that sends it
                 * @enum {unknown}
                 */
                provider: "quantapay" | "qbitpay" | "cryptopay" | "quantum-payouts" | "quoine";
                /**
                 * @description whether its signature is right for a receiver that knows the secret
                 * @enum {unknown}
                 */
                signature?: "valid" | "invalid" | "unsigned";
                /**
                 * @description the status of the delivery
                 * @enum {unknown}
                 */
                status?: "pending" | "delivered" | "failed";
                /** @description the object that it reports, by the id that the merchant uses */
                subject?: components["schemas"]["scenario.matcher"];
                /** @description the address that it was sent to */
                url?: components["schemas"]["scenario.matcher"];
            };
            /** @description the fork in which the step happens */
            in?: string;
            /** @description saves the body of the answer for later steps: ${NAME.field} */
            save?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description checks that no such webhook has been sent so far */
            expect_no_webhook: {
                /** @description the id of the account that would get it */
                account?: components["schemas"]["scenario.matcher"];
                /** @description the number of attempts that it would have had */
                attempts?: components["schemas"]["scenario.matcher"];
                /** @description its body */
                body?: components["schemas"]["scenario.matcher"];
                /** @description its event */
                event?: components["schemas"]["scenario.matcher"];
                /** @description its headers */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /**
                 * @description the provider that would send it
                 * @enum {unknown}
                 */
                provider: "quantapay" | "qbitpay" | "cryptopay" | "quantum-payouts" | "quoine";
                /**
                 * @description its signature
                 * @enum {unknown}
                 */
                signature?: "valid" | "invalid" | "unsigned";
                /**
                 * @description the status that the delivery would have
                 * @enum {unknown}
                 */
                status?: "pending" | "delivered" | "failed";
                /** @description the object that it would report */
                subject?: components["schemas"]["scenario.matcher"];
                /** @description the address that it would be sent to */
                url?: components["schemas"]["scenario.matcher"];
            };
            /** @description the fork in which the step happens */
            in?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description adds a rule before all others */
            rule: components["schemas"]["scenario.rule"];
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description removes the rule with this name */
            drop_rule: string | number;
            /** @description the fork in which the step happens */
            in?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description a built-in receiver: the NAME of ${inbox:NAME} */
            receiver: string;
            /** @description its next answers, the last one repeated: [500, timeout, reset, refused, dns, tls, {status: 503, delay: 2s, headers: {Retry-After: 5}, body: later}] */
            respond: (number | ("timeout" | "reset" | "refused" | "dns" | "tls") | {
                body?: unknown;
                delay?: string;
                /** @constant */
                encoding?: "base64";
                headers?: {
                    [key: string]: string | number;
                };
                status?: number;
            })[];
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the account to change; default: the default account */
            account?: string | number | boolean;
            /** @description the fork in which the step happens */
            in?: string;
            /**
             * @description changes settings of an account
             * @enum {unknown}
             */
            set: "quantapay" | "qbitpay" | "cryptopay" | "quantum-payouts" | "quoine";
            /** @description the purpose of the step, for the output */
            title?: string | number;
            /** @description the settings: {webhook_url: ..., pace: manual}; under `credentials`, keys that replace the present ones */
            with: Record<string, never>;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description saves the state of the sandbox under this name */
            snapshot: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description returns the sandbox to this snapshot */
            restore: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description copies the sandbox as it is now; steps with `in` happen in the copy */
            fork: string;
            /** @description the fork in which the step happens */
            in?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description plays steps several times; `${index}` in them counts from 1 */
            repeat: {
                /** @description the steps */
                steps: components["schemas"]["scenario.step"][];
                /** @description how many times */
                times: number | string;
            };
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
            /** @description calls that arrive at one instant, before any of them is answered */
            together: components["schemas"]["scenario.call"][];
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description asks the application under test by GET, and checks its answer; only with --webhook-url */
            probe: {
                /** @description the expected answer; default: a status from 200 to 299 */
                expect?: {
                    /** @description the body: JSON if it is JSON, otherwise text */
                    body?: components["schemas"]["scenario.matcher"];
                    /** @description headers, by their names in lower case */
                    headers?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description the HTTP status; default: from 200 to 299 */
                    status?: components["schemas"]["scenario.matcher"];
                };
                /** @description saves the body of the answer for later steps: ${NAME.field} */
                save?: string;
                /**
                 * @description then it asks again for this duration of real time, and every answer must fit: for an application that works behind its answers; default: 0s
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                stays?: string;
                /**
                 * @description it asks again until the answer fits, for this duration of real time; default: 2s
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                timeout?: string;
                /** @description the address that shows the effect of webhooks, such as that of an order: http://127.0.0.1:8000/orders/${run} */
                url: string | number;
            };
            /** @description the purpose of the step, for the output */
            title?: string | number;
        } | {
            /** @description the fork in which the step happens */
            in?: string;
            /** @description saves the body of the answer for later steps: ${NAME.field} */
            save?: string;
            /** @description the purpose of the step, for the output */
            title?: string | number;
            /** @description waits for a call from the application under test */
            wait_for: {
                /**
                 * @description the operation that is called
                 * @enum {unknown}
                 */
                operation: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
                /**
                 * @description the longest wait, in real time; default: 5s
                 * @example 30m
                 * @example 1h30m
                 * @example PT31M
                 */
                timeout?: string;
                /** @description conditions on the call */
                where?: {
                    /** @description the id of the account that called */
                    account?: components["schemas"]["scenario.matcher"];
                    /** @description fields of the body of the request */
                    body?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description its headers, by their names in lower case */
                    headers?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description its query parameters */
                    query?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description the HTTP status of the answer */
                    status?: components["schemas"]["scenario.matcher"];
                };
            };
        };
        "script_inbox.answer": {
            /** @description the name of the inbox */
            inbox: string;
            /**
             * Format: int64
             * @description how many steps its script has
             */
            steps: number;
        };
        "script_inbox.request": {
            respond: (number | ("timeout" | "reset" | "refused" | "dns" | "tls") | {
                body?: unknown;
                delay?: string;
                /** @constant */
                encoding?: "base64";
                headers?: {
                    [key: string]: string | number;
                };
                status?: number;
            })[];
        };
        "show_account.answer": {
            /** @description its id */
            account: string;
            /** @description its keys, by name */
            credentials: Record<string, never>;
            /** @description the slug of the provider */
            provider: string;
            /** @description each setting with its value, its default, its meaning and, if it is a word, the words to choose from; the values stand beside this member too */
            settings: Record<string, never>;
        };
        "show_clock.answer": {
            /**
             * @description how simulated time runs
             * @enum {string}
             */
            mode: "real" | "frozen" | "scaled";
            /** @description what is due next */
            next: {
                /**
                 * Format: date-time
                 * @description when
                 */
                at: string;
                /**
                 * @description what it is
                 * @enum {string}
                 */
                kind: "timer" | "block" | "delivery";
                /** @description the slug of the provider */
                provider: string;
                /** @description the object, by the id that the merchant uses */
                subject: string | null;
            } | null;
            /**
             * Format: date-time
             * @description the simulated time
             */
            now: string;
            /**
             * Format: int64
             * @description timers and deliveries that are still to come
             */
            pending: number;
            /** @description simulated seconds for each real second; 0 while the clock stands */
            rate: number;
        };
        "show_contract.answer": {
            /** @description what was decided where the documents are silent */
            decisions: Record<string, never>[];
            /** @description its refusals */
            errors: Record<string, never>[];
            /** @description its webhooks */
            events: Record<string, never>[];
            /** @description the statuses of its objects */
            lifecycles: Record<string, never>[];
            /** @description its name */
            name: string;
            /** @description its calls */
            operations: Record<string, never>[];
            /** @description all of them, by the names that `accepts` of a scenario takes */
            rows: Record<string, never>[];
            /** @description the slug of the provider */
            slug: string;
        };
        "show_coverage.answer": {
            /** @description how much of all providers was reached; 100 is all */
            percent: number;
            /** @description by slug: `percent`, and `operations`, `errors`, `statuses`, `transitions`, `events`, `retry_steps`, `timers`, `parameters` and `pages`, each with `total`, `covered`, the names of those `missing`, and for each of these in `ways` how to reach it */
            providers: Record<string, never>;
        };
        "show_environment.answer": {
            /** @description the root of the server */
            PLAYMONEY_URL: string;
        };
        "show_object.answer": {
            /** @description the id of the account */
            account: string;
            /**
             * Format: date-time
             * @description when it was made
             */
            created_at: string;
            /** @description its id: quoine.invoice.1 */
            id: string;
            /** @description the name of its lifecycle */
            kind: string;
            /** @description actions that can come next */
            next: {
                /** @description the name of the action */
                action: string;
                /** @description the body with which the action means this object */
                body: Record<string, never>;
                /** @description what happens */
                meaning: string;
                /** @description the status to which it leads */
                to: string;
            }[];
            /** @description the object as its provider's API shows it, where the API shows it */
            object: Record<string, never> | null;
            /** @description the slug of the provider */
            provider: string;
            /** @description the status in which it is */
            status: string;
            /** @description what the merchant calls it */
            subject: string;
        };
        "show_sandbox.answer": {
            /**
             * Format: int64
             * @description about how much memory it takes
             */
            bytes: number;
            /** @description its clock */
            clock: {
                /**
                 * @description how simulated time runs
                 * @enum {string}
                 */
                mode: "real" | "frozen" | "scaled";
                /**
                 * Format: date-time
                 * @description the simulated time
                 */
                now: string;
            };
            /**
             * Format: date-time
             * @description when it was made, in real time
             */
            created_at: string;
            /**
             * Format: int64
             * @description how many webhooks are kept
             */
            deliveries: number;
            /** @description the same as environment variables */
            env: Record<string, never>;
            /**
             * Format: date-time
             * @description when it is deleted unless a request comes
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description when the latest request came, in real time
             */
            last_used_at: string;
            /** @description its name */
            name: string;
            /**
             * Format: int64
             * @description how many objects the providers keep
             */
            objects: number;
            /** @description for each provider its `base_url` and `credentials` */
            providers: Record<string, never>;
            /**
             * Format: int64
             * @description how many requests were made
             */
            requests: number;
            /**
             * Format: int64
             * @description the seed of all that is drawn
             */
            seed: number;
            /** @description how long it stays after the latest request */
            ttl: string | null;
            /** @description what the author of its scenario may not want */
            warnings?: Record<string, never>[];
        };
        "show_scenario.answer": {
            /** @description its name; null when the sandbox began without one */
            scenario: string | null;
        };
        state: {
            /** @description whether it holds secrets that came from outside */
            contains_secrets: boolean;
            /** @description the sandbox without the providers' memories, in a form that only Playmoney reads */
            core: Record<string, never>;
            /**
             * Format: int64
             * @description the version of the document
             */
            playmoney_state: number;
            /** @description the providers' memories */
            providers: {
                /** @description its memory, in a form that only Playmoney reads */
                memory: Record<string, never>;
                /** @description the slug of the provider */
                slug: string;
            }[];
        };
        "stream_clock.answer": {
            /**
             * Format: date-time
             * @description the real time at which that was so
             */
            at_real: string;
            /**
             * @description how simulated time runs
             * @enum {string}
             */
            mode: "real" | "frozen" | "scaled";
            /**
             * Format: date-time
             * @description the simulated time
             */
            now: string;
            /** @description simulated seconds for each real second; 0 while the clock stands, also for the length of a walk through time */
            rate: number;
        };
        "verify_requests.answer": {
            /**
             * Format: int64
             * @description how many fit; of a sequence, how many of its calls were found
             */
            matched: number;
            /** @description true: older ones were dropped, so more than these may have fitted */
            truncated?: boolean;
            /** @description true */
            verified: boolean;
        };
        "verify_requests.refusal": {
            /** @description the last word of the type */
            code: string;
            /** @description what is wrong and what would be right */
            detail: string;
            /**
             * Format: int64
             * @description how many fit; of a sequence, how many of its calls were found in their order
             */
            matched: number;
            /** @description the first call of the sequence that was not found */
            missing?: {
                /** @description the id of the request that is the call before it */
                after: string | null;
                /** @description its operation */
                operation: string;
                /**
                 * Format: int64
                 * @description its place in the sequence, from 1
                 */
                step: number;
            };
            /** @description what came nearest, the best first, three at most; when too many fit, the latest of these */
            nearest: {
                /** @description each criterion */
                criteria: {
                    /** @description what came, as JSON, or `nothing` */
                    actual: string;
                    /** @description what is compared: operation, body.price; of a sequence also order */
                    criterion: string;
                    /** @description what was expected, in words or as JSON */
                    expected: string;
                    /** @description whether this is as expected */
                    met: boolean;
                }[];
                /** @description the webhook, as the list of deliveries has it */
                delivery?: Record<string, never>;
                /** @description the request, as the journal lists it */
                request?: Record<string, never>;
            }[];
            status: number;
            /** @description true: the wait has ended without it */
            timed_out?: boolean;
            title: string;
            /** @description true: older ones were dropped, which can hide the answer */
            truncated?: boolean;
            /** Format: uri */
            type: string;
            /**
             * Format: int64
             * @description how many may fit, because a pattern was compared with a part of their texts only
             */
            unread?: number;
            /** @description false */
            verified: boolean;
        };
        /** @description a verification */
        "verify_requests.request": {
            /** @description how many have to fit: exactly this number, or {at_least, at_most}; default: at least one */
            count?: number | {
                /** @description this number or more */
                at_least?: number;
                /** @description this number or fewer */
                at_most?: number;
            };
            /**
             * @description the operation that was called, by its full name: quoine.createInvoice
             * @enum {unknown}
             */
            operation?: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
            /** @description calls that have to be found in this order, in place of `operation`; others may stand between them: 100 at most */
            sequence?: {
                /**
                 * @description the operation that was called, by its full name: quoine.createInvoice
                 * @enum {unknown}
                 */
                operation: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
                /** @description conditions on the call */
                where?: {
                    /** @description the id of the account that called */
                    account?: components["schemas"]["scenario.matcher"];
                    /** @description fields of the body of the request */
                    body?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description its headers, by their names in lower case */
                    headers?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description its query parameters */
                    query?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description the HTTP status of the answer */
                    status?: components["schemas"]["scenario.matcher"];
                };
            }[];
            /** @description conditions on the call */
            where?: {
                /** @description the id of the account that called */
                account?: components["schemas"]["scenario.matcher"];
                /** @description fields of the body of the request */
                body?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description its headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description its query parameters */
                query?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the HTTP status of the answer */
                status?: components["schemas"]["scenario.matcher"];
            };
        };
        "verify_webhook.answer": {
            /** @description the text that is signed */
            canonical: string | null;
            /** @description the right signature */
            expected: string | null;
            /** @description why it is not */
            reason: string | null;
            /** @description the signature of the request */
            received: string | null;
            /** @description whether the signature is right */
            valid: boolean;
        };
        "verify_webhook.request": {
            /** @description the body of the webhook, as text, to the byte */
            body: string;
            /**
             * @description `base64`, if `body` holds bytes that are not text, written in it
             * @enum {string}
             */
            encoding?: "base64";
            /** @description the headers of the webhook: names and texts */
            headers?: Record<string, never>;
            /** @description the slug of the provider that sent the webhook */
            provider: string;
            /** @description the secret to verify with, if not that of an account */
            secret?: string;
            /** @description the address to which the webhook was sent */
            url?: string;
        };
        "wait_for_deliveries.answer": {
            /**
             * Format: int64
             * @description how many fit; of a sequence, how many of its calls were found
             */
            matched: number;
            /** @description true: older ones were dropped, so more than these may have fitted */
            truncated?: boolean;
            /** @description true */
            verified: boolean;
        };
        "wait_for_deliveries.refusal": {
            /** @description the last word of the type */
            code: string;
            /** @description what is wrong and what would be right */
            detail: string;
            /**
             * Format: int64
             * @description how many fit; of a sequence, how many of its calls were found in their order
             */
            matched: number;
            /** @description the first call of the sequence that was not found */
            missing?: {
                /** @description the id of the request that is the call before it */
                after: string | null;
                /** @description its operation */
                operation: string;
                /**
                 * Format: int64
                 * @description its place in the sequence, from 1
                 */
                step: number;
            };
            /** @description what came nearest, the best first, three at most; when too many fit, the latest of these */
            nearest: {
                /** @description each criterion */
                criteria: {
                    /** @description what came, as JSON, or `nothing` */
                    actual: string;
                    /** @description what is compared: operation, body.price; of a sequence also order */
                    criterion: string;
                    /** @description what was expected, in words or as JSON */
                    expected: string;
                    /** @description whether this is as expected */
                    met: boolean;
                }[];
                /** @description the webhook, as the list of deliveries has it */
                delivery?: Record<string, never>;
                /** @description the request, as the journal lists it */
                request?: Record<string, never>;
            }[];
            status: number;
            /** @description true: the wait has ended without it */
            timed_out?: boolean;
            title: string;
            /** @description true: older ones were dropped, which can hide the answer */
            truncated?: boolean;
            /** Format: uri */
            type: string;
            /**
             * Format: int64
             * @description how many may fit, because a pattern was compared with a part of their texts only
             */
            unread?: number;
            /** @description false */
            verified: boolean;
        };
        /** @description a wait */
        "wait_for_deliveries.request": {
            /** @description how many have to fit: exactly this number, or {at_least, at_most}; default: at least one */
            count?: number | {
                /** @description this number or more */
                at_least?: number;
                /** @description this number or fewer */
                at_most?: number;
            };
            /** @description its event, or a matcher */
            event?: components["schemas"]["scenario.matcher"];
            /**
             * @description the slug of the provider that sends it
             * @enum {unknown}
             */
            provider?: "quantapay" | "qbitpay" | "cryptopay" | "quantum-payouts" | "quoine";
            /**
             * @description the status of the delivery
             * @enum {unknown}
             */
            status?: "pending" | "delivered" | "failed";
            /** @description the object that it reports, by the id that the merchant uses */
            subject?: components["schemas"]["scenario.matcher"];
            /**
             * @description the longest wait, in real time: 5m at most; default: 5s
             * @example 30m
             * @example 1h30m
             * @example PT31M
             */
            timeout?: string;
            /** @description conditions on the webhook */
            where?: {
                /** @description the id of the account that gets it */
                account?: components["schemas"]["scenario.matcher"];
                /** @description the number of attempts so far */
                attempts?: components["schemas"]["scenario.matcher"];
                /** @description fields of its body */
                body?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description its headers, by their names; before the first attempt there are none */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the address that it is sent to */
                url?: components["schemas"]["scenario.matcher"];
            };
        };
        "wait_for_requests.answer": {
            /**
             * Format: int64
             * @description how many fit; of a sequence, how many of its calls were found
             */
            matched: number;
            /** @description true: older ones were dropped, so more than these may have fitted */
            truncated?: boolean;
            /** @description true */
            verified: boolean;
        };
        "wait_for_requests.refusal": {
            /** @description the last word of the type */
            code: string;
            /** @description what is wrong and what would be right */
            detail: string;
            /**
             * Format: int64
             * @description how many fit; of a sequence, how many of its calls were found in their order
             */
            matched: number;
            /** @description the first call of the sequence that was not found */
            missing?: {
                /** @description the id of the request that is the call before it */
                after: string | null;
                /** @description its operation */
                operation: string;
                /**
                 * Format: int64
                 * @description its place in the sequence, from 1
                 */
                step: number;
            };
            /** @description what came nearest, the best first, three at most; when too many fit, the latest of these */
            nearest: {
                /** @description each criterion */
                criteria: {
                    /** @description what came, as JSON, or `nothing` */
                    actual: string;
                    /** @description what is compared: operation, body.price; of a sequence also order */
                    criterion: string;
                    /** @description what was expected, in words or as JSON */
                    expected: string;
                    /** @description whether this is as expected */
                    met: boolean;
                }[];
                /** @description the webhook, as the list of deliveries has it */
                delivery?: Record<string, never>;
                /** @description the request, as the journal lists it */
                request?: Record<string, never>;
            }[];
            status: number;
            /** @description true: the wait has ended without it */
            timed_out?: boolean;
            title: string;
            /** @description true: older ones were dropped, which can hide the answer */
            truncated?: boolean;
            /** Format: uri */
            type: string;
            /**
             * Format: int64
             * @description how many may fit, because a pattern was compared with a part of their texts only
             */
            unread?: number;
            /** @description false */
            verified: boolean;
        };
        /** @description a wait */
        "wait_for_requests.request": {
            /** @description how many have to fit: exactly this number, or {at_least, at_most}; default: at least one */
            count?: number | {
                /** @description this number or more */
                at_least?: number;
                /** @description this number or fewer */
                at_most?: number;
            };
            /**
             * @description the operation that is called, by its full name: quoine.createInvoice
             * @enum {unknown}
             */
            operation?: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
            /** @description calls that have to be found in this order, in place of `operation`; others may stand between them: 100 at most */
            sequence?: {
                /**
                 * @description the operation that was called, by its full name: quoine.createInvoice
                 * @enum {unknown}
                 */
                operation: "quantapay.create-checkout-session" | "quantapay.get-credit-balance" | "quantapay.get-balances" | "quantapay.get-exchange-rates" | "quantapay.get-fiat-value" | "quantapay.get-transaction" | "quantapay.get-transactions" | "quantapay.create-transaction" | "quantapay.check-transactions" | "quantapay.check-transaction" | "quantapay.payment-link" | "quantapay.get-cryptocurrency-codes" | "qbitpay.getAccessToken" | "qbitpay.showAccount" | "qbitpay.showBalance" | "qbitpay.getBalanceTransaction" | "qbitpay.listBalanceTransactions" | "qbitpay.getTicker" | "qbitpay.createPayout" | "qbitpay.getPayout" | "qbitpay.listPayouts" | "qbitpay.createCharge" | "qbitpay.getCharge" | "qbitpay.listCharges" | "qbitpay.updateCharge" | "qbitpay.testEvent" | "qbitpay.createOrder" | "qbitpay.getOrder" | "qbitpay.listOrders" | "cryptopay.register" | "cryptopay.login" | "cryptopay.refreshToken" | "cryptopay.createPaymentOrder" | "cryptopay.listPaymentOrders" | "cryptopay.getPaymentOrder" | "cryptopay.listTransactions" | "cryptopay.getTransaction" | "cryptopay.listMerchantWallets" | "cryptopay.createMerchantWallet" | "cryptopay.updateMerchantWallet" | "cryptopay.listWebhookEndpoints" | "cryptopay.createWebhookEndpoint" | "cryptopay.updateWebhookEndpoint" | "quantum-payouts.createPayout" | "quantum-payouts.performPayout" | "quantum-payouts.getPayoutStatus" | "quantum-payouts.features" | "quantum-payouts.webhook_save" | "quantum-payouts.webhook_test" | "quoine.createInvoice" | "quoine.getInvoice" | "quoine.listInvoices" | "quoine.getProfile" | "quoine.updateCallbackUrl";
                /** @description conditions on the call */
                where?: {
                    /** @description the id of the account that called */
                    account?: components["schemas"]["scenario.matcher"];
                    /** @description fields of the body of the request */
                    body?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description its headers, by their names in lower case */
                    headers?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description its query parameters */
                    query?: {
                        [key: string]: components["schemas"]["scenario.matcher"];
                    };
                    /** @description the HTTP status of the answer */
                    status?: components["schemas"]["scenario.matcher"];
                };
            }[];
            /**
             * @description the longest wait, in real time: 5m at most; default: 5s
             * @example 30m
             * @example 1h30m
             * @example PT31M
             */
            timeout?: string;
            /** @description conditions on the call */
            where?: {
                /** @description the id of the account that called */
                account?: components["schemas"]["scenario.matcher"];
                /** @description fields of the body of the request */
                body?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description its headers, by their names in lower case */
                headers?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description its query parameters */
                query?: {
                    [key: string]: components["schemas"]["scenario.matcher"];
                };
                /** @description the HTTP status of the answer */
                status?: components["schemas"]["scenario.matcher"];
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_calls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_calls.answer"];
                    "text/html": string;
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_accounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_accounts.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the slug of a provider: quoine */
                provider: string;
                /** @description the id of an account of that provider */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_account.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    change_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the slug of a provider: quoine */
                provider: string;
                /** @description the id of an account of that provider */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["quantapay.settings"] | components["schemas"]["qbitpay.settings"] | components["schemas"]["cryptopay.settings"] | components["schemas"]["quantum-payouts.settings"] | components["schemas"]["quoine.settings"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["change_account.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_actions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_actions.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    act: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the slug of a provider: quoine */
                provider: string;
                /** @description the name of an action of that provider */
                action: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["quantapay.choose-coin"] | components["schemas"]["quantapay.pay"] | components["schemas"]["quantapay.confirm"] | components["schemas"]["quantapay.cancel"] | components["schemas"]["quantapay.refund"] | components["schemas"]["quantapay.accept-underpayment"] | components["schemas"]["quantapay.drop-transfer"] | components["schemas"]["quantapay.reorg"] | components["schemas"]["qbitpay.deposit"] | components["schemas"]["qbitpay.confirm-deposit"] | components["schemas"]["qbitpay.buyer-paid"] | components["schemas"]["qbitpay.confirm-charge"] | components["schemas"]["qbitpay.deliver-coins"] | components["schemas"]["qbitpay.fail-charge"] | components["schemas"]["qbitpay.dispute"] | components["schemas"]["qbitpay.close-dispute"] | components["schemas"]["qbitpay.settle-payout"] | components["schemas"]["qbitpay.set-price"] | components["schemas"]["cryptopay.pay"] | components["schemas"]["cryptopay.confirm"] | components["schemas"]["cryptopay.fail"] | components["schemas"]["cryptopay.rotate-secret"] | components["schemas"]["cryptopay.drop-transfer"] | components["schemas"]["cryptopay.reorg"] | components["schemas"]["quantum-payouts.submit-details"] | components["schemas"]["quantum-payouts.settle"] | components["schemas"]["quantum-payouts.manual-payout"] | components["schemas"]["quantum-payouts.file-payout"] | components["schemas"]["quoine.pay"] | components["schemas"]["quoine.confirm"] | components["schemas"]["quoine.capture"] | components["schemas"]["quoine.drop-transfer"] | components["schemas"]["quoine.reorg"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["act.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a file: page.css */
                asset: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                    "text/javascript": string;
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_assumptions: {
        parameters: {
            query?: {
                /** @description the slug of a provider: quoine */
                provider?: string;
                /** @description only rows that are assumed, or only those that are observed */
                evidence?: "assumed" | "observed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_assumptions.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["audit.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["audit.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    save_capsule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.playmoney.capsule": string;
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_clock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_clock.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    advance_clock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["advance_clock.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["advance_clock.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    freeze_clock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["freeze_clock.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_pending: {
        parameters: {
            query?: {
                /** @description how many are listed at most; the default is 100 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_pending.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    resume_clock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["resume_clock.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    scale_clock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["scale_clock.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["scale_clock.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    stream_clock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_contract: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the slug of a provider: quoine */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_contract.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_coverage: {
        parameters: {
            query?: {
                /** @description the slug of a provider: quoine */
                provider?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_coverage.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description the slug of a provider: quoine */
                provider?: string;
                /** @description the provider's name for the event */
                event?: string;
                /** @description the object that the event is about */
                subject?: string;
                /** @description the status of the delivery */
                status?: "pending" | "delivered" | "failed";
                /** @description the id of the entry after which the list begins, or the moment at which it begins, as RFC 3339 writes it */
                since?: string;
                /** @description how many entries are listed at most */
                limit?: number;
                /** @description how many of the newest of those that fit are listed, oldest first as without it; it goes before `limit` */
                newest?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_deliveries.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    wait_for_deliveries: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["wait_for_deliveries.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["wait_for_deliveries.answer"];
                };
            };
            /** @description not found */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["wait_for_deliveries.refusal"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    resend_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a delivery: dlv-1 */
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["resend_delivery.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_environment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_environment.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description the number or the id of an event: the events behind it come first, and 0 stands for the beginning; without it, the stream begins now */
                since?: string;
                /** @description whose events: those of the sandbox that is asked, or of all of the server */
                sandboxes?: "own" | "all";
                /** @description the slug of a provider: quoine */
                provider?: string;
                /** @description only events of this kind, and those that tell of the stream itself */
                kind?: "request" | "answer" | "change" | "timer" | "block" | "delivery" | "attempt" | "webhook" | "clock" | "note";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    fork_sandbox: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["fork_sandbox.request"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["fork_sandbox.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["health.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    receive_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_options: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_head: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    receive_trace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description as its script says, or not received */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                    "text/plain": string;
                };
            };
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description how long to wait for the messages, in real time: 5s */
                wait?: string;
                /** @description how many messages to wait for; without it, for one */
                count?: number;
                /** @description the id of the message after which the list begins, or the moment at which it begins, as RFC 3339 writes it */
                since?: string;
                /** @description how many of the newest of those that fit are listed, oldest first as without it; it goes before `limit` */
                newest?: number;
            };
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_messages.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    clear_messages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["clear_messages.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    script_inbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a built-in inbox: 1 to 63 of a-z, 0-9 and - */
                inbox: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["script_inbox.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["script_inbox.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_objects: {
        parameters: {
            query?: {
                /** @description the slug of a provider: quoine */
                provider?: string;
                /** @description the name of a lifecycle: invoice */
                kind?: string;
                /** @description the status in which the objects are */
                status?: string;
                /** @description the id of an account */
                account?: string;
                /** @description what the merchant calls the object */
                subject?: string;
                /** @description how many objects are listed at most; the default is 100 */
                limit?: number;
                /** @description the id of an object: the list begins with the one that was made before it */
                before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_objects.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_object: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of an object: quoine.invoice.1 */
                object: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_object.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    control_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["control_openapi.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    provider_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the slug of a provider: quoine */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["provider_openapi.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_replicas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_replicas.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_requests: {
        parameters: {
            query?: {
                /** @description the slug of a provider: quoine */
                provider?: string;
                /** @description the name of an operation: quoine.createInvoice or createInvoice */
                operation?: string;
                /** @description the HTTP status of the answer */
                status?: number;
                /** @description the id of the entry after which the list begins, or the moment at which it begins, as RFC 3339 writes it */
                since?: string;
                /** @description how many entries are listed at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_requests.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    verify_requests: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["verify_requests.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["verify_requests.answer"];
                };
            };
            /** @description not found */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["verify_requests.refusal"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    wait_for_requests: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["wait_for_requests.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["wait_for_requests.answer"];
                };
            };
            /** @description not found */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["wait_for_requests.refusal"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["reset.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["reset.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_rules.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    add_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["scenario.rule"];
                "application/yaml": components["schemas"]["scenario.rule"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["add_rule.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    clear_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["clear_rules.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    check_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["scenario.rule"];
                "application/yaml": components["schemas"]["scenario.rule"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["check_rule.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    remove_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a rule */
                rule: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["remove_rule.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_sandboxes: {
        parameters: {
            query?: {
                /** @description at most this number of sandboxes */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_sandboxes.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    create_sandbox: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["create_sandbox.request"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["create_sandbox.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_sandbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a sandbox: 1 to 63 of a-z, 0-9 and - */
                sandbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_sandbox.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    delete_sandbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the name of a sandbox: 1 to 63 of a-z, 0-9 and - */
                sandbox: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["delete_sandbox.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    show_scenario: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["show_scenario.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    replace_scenario: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["scenario"];
                "application/yaml": components["schemas"]["scenario"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["replace_scenario.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    save_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["state"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    restore_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["state"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["restore_state.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    list_violations: {
        parameters: {
            query?: {
                /** @description the slug of a provider: quoine */
                provider?: string;
                /** @description the name of an operation: quoine.createInvoice or createInvoice */
                operation?: string;
                /** @description the id of the entry after which the list begins, or the moment at which it begins, as RFC 3339 writes it */
                since?: string;
                /** @description how many entries are listed at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["list_violations.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
    verify_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["verify_webhook.request"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["verify_webhook.answer"];
                };
            };
            /** @description not done */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
}
